-- How many members of the real purchases each tag of demo/data/tags.toml should have, counted from orders, lines and returns alone:
-- no facts row, no rule, no array of months is read. %(on)s is the local day of the programme on which the tags were judged. Answers (code, members).
WITH member AS (
    SELECT membership.id, membership.member_id
    FROM stores_membership AS membership
    JOIN stores_programme AS programme ON programme.id = membership.programme_id AND programme.code = 'UKGIFT'
    JOIN members_member AS person ON person.id = membership.member_id AND person.status = 'active'
    WHERE membership.status = 'active'
), finished AS (
    SELECT
        bought.*, (bought.completed_at AT TIME ZONE 'Asia/Shanghai')::date AS day_on,
        bought.net_minor > 0 OR bought.settled_minor = 0 AS stands
    FROM activity_order AS bought
    JOIN stores_store AS store ON store.id = bought.store_id AND store.code IN ('UKGIFT', 'UKGIFT-INTL')
    WHERE bought.status = 'completed'
), held AS (
    SELECT
        finished.member_id, finished.id AS order_id, finished.day_on, line.category,
        line.paid_minor - line.refunded_minor AS minor, line.quantity - line.refunded_quantity AS pieces
    FROM finished
    JOIN activity_orderline AS line ON line.order_id = finished.id
    WHERE finished.stands AND line.quantity > line.refunded_quantity AND (line.paid_minor > line.refunded_minor OR line.paid_minor = 0)
), favourite AS (
    SELECT DISTINCT ON (member_id) member_id, category
    FROM (
        SELECT member_id, category, sum(minor) AS minor
        FROM held
        WHERE day_on > %(on)s::date - 180 AND category <> ''
        GROUP BY member_id, category
        HAVING count(DISTINCT order_id) >= 2
    ) AS of_category
    ORDER BY member_id, minor DESC, category COLLATE "C"
), of_category AS (
    SELECT
        member_id, category,
        count(DISTINCT order_id) FILTER (WHERE day_on > %(on)s::date - 365) AS orders_365,
        sum(minor) FILTER (WHERE day_on > %(on)s::date - 365) AS minor_365,
        sum(minor) FILTER (WHERE day_on > %(on)s::date - 120) AS minor_120
    FROM held
    GROUP BY member_id, category
), of_year AS (
    SELECT
        member_id,
        count(*) FILTER (WHERE stands) AS orders,
        sum(net_minor) FILTER (WHERE stands) AS minor,
        count(*) AS finished,
        count(*) FILTER (WHERE refunded_minor > 0) AS returned
    FROM finished
    WHERE day_on > %(on)s::date - 365
    GROUP BY member_id
), basket AS (
    SELECT member_id, sum(pieces) AS pieces FROM held WHERE day_on > %(on)s::date - 365 GROUP BY member_id
), of_life AS (
    SELECT member_id, min(day_on) AS first_on, max(day_on) AS last_on FROM finished WHERE stands GROUP BY member_id
), paid AS (
    SELECT
        bought.member_id,
        (date_trunc('month', %(on)s::date) - interval '1 month')::date AS newest,
        date_trunc('month', bought.paid_at AT TIME ZONE 'Asia/Shanghai')::date AS month,
        sum(bought.settled_minor) AS minor
    FROM activity_order AS bought
    JOIN stores_store AS store ON store.id = bought.store_id AND store.code IN ('UKGIFT', 'UKGIFT-INTL')
    WHERE bought.paid_at IS NOT NULL
    GROUP BY 1, 2, 3
), of_months AS (
    SELECT
        member_id,
        count(*) AS months,
        min(12 * extract(year FROM age(newest, month)) + extract(month FROM age(newest, month))) AS since_last,
        (array_agg(12 * extract(year FROM age(newest, month)) + extract(month FROM age(newest, month)) ORDER BY minor DESC, month DESC))[1]
            AS since_highest
    FROM paid
    WHERE month <= newest AND month > newest - interval '12 months'
    GROUP BY member_id
), tagged AS (
    SELECT 'KITCHEN' AS code, member_id FROM favourite WHERE category IN ('厨房/餐具与茶具', '厨房/厨房用品')
    UNION ALL
    SELECT 'BAGS', member_id FROM favourite WHERE category = '箱包/购物袋与随身包'
    UNION ALL
    SELECT 'DECOR', member_id FROM favourite WHERE category IN ('家居/标牌与墙饰', '家居/蜡烛与灯饰', '家居/钟表、相框与镜子')
    UNION ALL
    SELECT 'BAKING', member_id FROM of_category WHERE category = '厨房/烘焙' AND orders_365 >= 3
    UNION ALL
    SELECT 'PARTY', member_id FROM of_category WHERE category = '派对/派对用品' AND orders_365 >= 3
    UNION ALL
    SELECT 'TOYS', member_id FROM of_category WHERE category = '玩具/儿童玩具与游戏' AND minor_365 >= 100000
    UNION ALL
    SELECT 'GARDEN', member_id FROM of_category WHERE category = '园艺/花园与户外' AND orders_365 >= 2
    UNION ALL
    SELECT 'FESTIVE', member_id FROM of_category WHERE category = '节庆/圣诞与复活节' AND minor_120 >= 50000
    UNION ALL
    SELECT 'SEASON', member_id FROM of_months WHERE since_highest <= 2 AND months >= 3
    UNION ALL
    SELECT 'STEADY', member_id FROM of_months WHERE months >= 6
    UNION ALL
    SELECT 'SLEEPING', member_id FROM of_months WHERE since_last >= 4 AND months >= 2
    UNION ALL
    SELECT 'VETERAN', member_id FROM of_life WHERE %(on)s::date - first_on >= 300 AND %(on)s::date - last_on <= 60
    UNION ALL
    SELECT 'BULK', member_id FROM of_year JOIN basket USING (member_id) WHERE pieces >= 400 * orders AND orders > 0
    UNION ALL
    SELECT 'SMALL', member_id FROM of_year JOIN basket USING (member_id) WHERE pieces <= 80 * orders AND orders > 0
    UNION ALL
    SELECT 'BIG', member_id FROM of_year WHERE minor >= 3000000
    UNION ALL
    SELECT 'RETURNS', member_id FROM of_year WHERE orders >= 2 AND 10 * returned >= 3 * finished
    UNION ALL
    SELECT 'ABROAD', id FROM members_member WHERE country NOT IN ('', 'United Kingdom')
)
SELECT tagged.code, count(*) AS members FROM tagged JOIN member USING (member_id) GROUP BY tagged.code ORDER BY tagged.code
