-- Reckon the row of every wanted membership as of %(on)s and write it where it differs, with a note that its tags are judged again.
-- Windows end with %(on)s. next_change_on: the first later day on which something leaves a window, a month closes, a coupon begins or ends,
-- or a level ends by itself.
-- day_begins: the local midnight %(on)s begins with.  now: for levels that end by themselves.  rfm_days: window of the RFM model.
-- Who has not visited of late is asked for the last visit before %(events_since)s. A second run writes nothing.
-- Reads the work tables, members, stores, growth, points, activity and coupons; writes tags_memberfact and tags_tagdue.
WITH placed AS (
    SELECT bought.*, row_number() OVER (PARTITION BY membership_id, counts ORDER BY completed_at, order_id) AS place
    FROM facts_order AS bought
), bought AS (
    SELECT
        membership_id, min(day_on) FILTER (WHERE counts) AS first_on, min(day_on) FILTER (WHERE counts AND place = 2) AS second_on,
        max(day_on) FILTER (WHERE counts) AS last_on,
        count(*) FILTER (WHERE counts) AS orders,
        count(*) FILTER (WHERE counts AND day_on > %(on)s::date - 30) AS orders_30,
        count(*) FILTER (WHERE counts AND day_on > %(on)s::date - 90) AS orders_90,
        count(*) FILTER (WHERE counts AND day_on > %(on)s::date - 180) AS orders_180,
        count(*) FILTER (WHERE counts AND day_on > %(on)s::date - 365) AS orders_365,
        count(*) FILTER (WHERE counts AND day_on > %(on)s::date - %(rfm_days)s) AS rfm_orders,
        count(*) FILTER (WHERE counts AND is_own AND day_on > %(on)s::date - 365) AS priced_365,
        sum(net_minor) FILTER (WHERE counts AND is_own) AS amount,
        sum(net_minor) FILTER (WHERE counts AND is_own AND day_on > %(on)s::date - 30) AS amount_30,
        sum(net_minor) FILTER (WHERE counts AND is_own AND day_on > %(on)s::date - 90) AS amount_90,
        sum(net_minor) FILTER (WHERE counts AND is_own AND day_on > %(on)s::date - 180) AS amount_180,
        sum(net_minor) FILTER (WHERE counts AND is_own AND day_on > %(on)s::date - 365) AS amount_365,
        sum(net_minor) FILTER (WHERE counts AND is_own AND day_on > %(on)s::date - %(rfm_days)s) AS rfm_amount,
        sum(goods_minor) FILTER (WHERE counts AND is_own AND day_on > %(on)s::date - 365) AS goods_365,
        sum(discount_minor) FILTER (WHERE counts AND is_own AND day_on > %(on)s::date - 365) AS discount_365,
        count(*) FILTER (WHERE came_back AND day_on > %(on)s::date - 365) AS returned_365,
        count(*) FILTER (WHERE day_on > %(on)s::date - 365) AS finished_365,
        array_agg(DISTINCT channel) FILTER (WHERE counts AND day_on > %(on)s::date - 365) AS channels,
        min(least(
            CASE WHEN day_on > %(on)s::date - 30 THEN day_on + 30 END, CASE WHEN day_on > %(on)s::date - 90 THEN day_on + 90 END,
            CASE WHEN day_on > %(on)s::date - 180 THEN day_on + 180 END, CASE WHEN day_on > %(on)s::date - 365 THEN day_on + 365 END,
            CASE WHEN day_on > %(on)s::date - %(rfm_days)s THEN day_on + %(rfm_days)s END
        )) AS leaves_on
    FROM placed
    GROUP BY membership_id
), pieces AS (
    SELECT membership_id, sum(quantity) AS items_365 FROM facts_line WHERE day_on > %(on)s::date - 365 GROUP BY membership_id
), top_category AS (
    SELECT DISTINCT ON (membership_id) membership_id, named
    FROM (
        SELECT membership_id, category AS named, sum(amount) AS amount, count(DISTINCT order_id) AS orders, max(day_on) AS last_on
        FROM facts_line
        WHERE is_own AND day_on > %(on)s::date - 180 AND category <> ''
        GROUP BY membership_id, category
        HAVING count(DISTINCT order_id) >= 2
    ) AS counted
    ORDER BY membership_id, amount DESC, orders DESC, last_on DESC, named COLLATE "C"
), top_brand AS (
    SELECT DISTINCT ON (membership_id) membership_id, named
    FROM (
        SELECT membership_id, brand AS named, sum(amount) AS amount, count(DISTINCT order_id) AS orders, max(day_on) AS last_on
        FROM facts_line
        WHERE is_own AND day_on > %(on)s::date - 180 AND brand <> ''
        GROUP BY membership_id, brand
        HAVING count(DISTINCT order_id) >= 2
    ) AS counted
    ORDER BY membership_id, amount DESC, orders DESC, last_on DESC, named COLLATE "C"
), top_item AS (
    SELECT DISTINCT ON (membership_id) membership_id, named
    FROM (
        SELECT membership_id, coalesce(nullif(spu, ''), sku) AS named, sum(amount) AS amount, count(DISTINCT order_id) AS orders, max(day_on) AS last_on
        FROM facts_line
        WHERE is_own AND day_on > %(on)s::date - 180 AND coalesce(nullif(spu, ''), sku) <> ''
        GROUP BY membership_id, coalesce(nullif(spu, ''), sku)
        HAVING count(DISTINCT order_id) >= 2
    ) AS counted
    ORDER BY membership_id, amount DESC, orders DESC, last_on DESC, named COLLATE "C"
), visited AS (
    SELECT
        membership_id, max(day_on) AS last_on,
        count(DISTINCT day_on) FILTER (WHERE day_on > %(on)s::date - 30) AS days_30,
        count(DISTINCT day_on) FILTER (WHERE day_on > %(on)s::date - 90) AS days_90,
        count(DISTINCT day_on) FILTER (WHERE day_on >= month_on - interval '3 months' AND day_on < month_on - interval '2 months') AS third,
        count(DISTINCT day_on) FILTER (WHERE day_on >= month_on - interval '2 months' AND day_on < month_on - interval '1 month') AS second,
        count(DISTINCT day_on) FILTER (WHERE day_on >= month_on - interval '1 month' AND day_on < month_on) AS first,
        least(
            min(CASE WHEN day_on > %(on)s::date - 30 THEN day_on + 30 WHEN day_on > %(on)s::date - 90 THEN day_on + 90 END),
            min((month_on + interval '1 month')::date) FILTER (WHERE day_on >= month_on - interval '3 months')
        ) AS leaves_on
    FROM facts_event
    CROSS JOIN (SELECT date_trunc('month', %(on)s::date::timestamp) AS month_on) AS calendar
    WHERE is_visit
    GROUP BY membership_id
), reckoned AS (
    SELECT
        wanted.membership_id, wanted.member_id, %(programme_id)s::bigint AS programme_id, %(on)s::date AS as_of_on,
        least(bought.leaves_on, visited.leaves_on, coupon.leaves_on, figure.leaves_on, free.leaves_on, paid.leaves_on)
            AS next_change_on,
        member.gender, member.birthday, member.province_code, member.city_code, member.country,
        coalesce(child.numbers, '{}') AS children, consent.is_given AS marketing,
        member.register_channel, member.register_source, (membership.joined_at AT TIME ZONE %(time_zone)s)::date AS joined_on,
        membership.source AS joined_by, coalesce(free.code, '') AS level, coalesce(paid.code, '') AS paid_level,
        coalesce(growth.balance, 0) AS growth, coalesce(points.balance, 0) AS points,
        wallet.balance_minor AS wallet_minor, wallet.recharge_total_minor AS recharged_minor,
        coalesce(coupon.usable, 0) AS coupons_usable, coalesce(coupon.used_180, 0) AS coupons_used_180,
        coalesce(bought.orders, 0) AS orders, coalesce(bought.orders_30, 0) AS orders_30, coalesce(bought.orders_90, 0) AS orders_90,
        coalesce(bought.orders_180, 0) AS orders_180, coalesce(bought.orders_365, 0) AS orders_365,
        coalesce(bought.amount, 0) AS amount_minor, coalesce(bought.amount_30, 0) AS amount_30_minor,
        coalesce(bought.amount_90, 0) AS amount_90_minor, coalesce(bought.amount_180, 0) AS amount_180_minor,
        coalesce(bought.amount_365, 0) AS amount_365_minor, coalesce(bought.priced_365, 0) AS priced_365,
        coalesce(pieces.items_365, 0) AS items_365, coalesce(bought.goods_365, 0) AS goods_365_minor,
        coalesce(bought.discount_365, 0) AS discount_365_minor, coalesce(bought.returned_365, 0) AS returned_365,
        coalesce(bought.finished_365, 0) AS finished_365,
        bought.first_on AS first_order_on, bought.second_on AS second_order_on, bought.last_on AS last_order_on,
        coalesce(bought.rfm_orders, 0) AS rfm_orders, coalesce(bought.rfm_amount, 0) AS rfm_amount_minor,
        coalesce(top_category.named, '') AS top_category, coalesce(top_brand.named, '') AS top_brand,
        coalesce(top_item.named, '') AS top_item, coalesce(bought.channels, '{}') AS channels,
        coalesce(visited.days_30, 0) AS visit_days_30, coalesce(visited.days_90, 0) AS visit_days_90,
        coalesce(visited.last_on, earlier.day_on) AS last_visit_on,
        coalesce(visited.third >= 4 AND visited.second * 10 <= visited.third * 7 AND visited.first * 10 <= visited.second * 7, false)
            AS visits_falling,
        coalesce(figure.figures, '{}') AS figures
    FROM facts_wanted AS wanted
    CROSS JOIN LATERAL (SELECT * FROM members_member WHERE id = wanted.member_id OFFSET 0) AS member
    CROSS JOIN LATERAL (SELECT * FROM stores_membership WHERE id = wanted.membership_id OFFSET 0) AS membership
    CROSS JOIN LATERAL (
        SELECT array_agg(number ORDER BY number) AS numbers
        FROM (
            SELECT
                (extract(year FROM birth_month)::int * 12 + extract(month FROM birth_month)::int - 1) * 3
                    + CASE gender WHEN 'male' THEN 1 WHEN 'female' THEN 2 ELSE 0 END AS number
            FROM members_child
            WHERE member_id = wanted.member_id
            OFFSET 0
        ) AS born
    ) AS child
    CROSS JOIN LATERAL (
        SELECT EXISTS (
            SELECT FROM members_consent WHERE member_id = wanted.member_id AND purpose = 'marketing' AND withdrawn_at IS NULL
        ) AS is_given
    ) AS consent
    LEFT JOIN LATERAL (
        SELECT
            level.code,
            CASE WHEN held.level_until > %(now)s THEN greatest((held.level_until AT TIME ZONE %(time_zone)s)::date, %(on)s::date + 1) END
                AS leaves_on
        FROM growth_memberlevel AS held
        LEFT JOIN growth_level AS level
            ON level.id = CASE WHEN held.level_until <= %(now)s THEN held.automatic_level_id ELSE held.level_id END
        WHERE held.membership_id = wanted.membership_id AND held.track = 'free'
        OFFSET 0
    ) AS free ON true
    LEFT JOIN LATERAL (
        SELECT
            level.code,
            CASE WHEN held.level_until > %(now)s THEN greatest((held.level_until AT TIME ZONE %(time_zone)s)::date, %(on)s::date + 1) END
                AS leaves_on
        FROM growth_memberlevel AS held
        LEFT JOIN growth_level AS level
            ON level.id = CASE WHEN held.level_until <= %(now)s THEN held.automatic_level_id ELSE held.level_id END
        WHERE held.membership_id = wanted.membership_id AND held.track = 'paid'
        OFFSET 0
    ) AS paid ON true
    LEFT JOIN LATERAL (SELECT balance FROM growth_growthaccount WHERE membership_id = wanted.membership_id OFFSET 0) AS growth ON true
    LEFT JOIN LATERAL (SELECT balance FROM points_pointsaccount WHERE membership_id = wanted.membership_id OFFSET 0) AS points ON true
    LEFT JOIN LATERAL (
        SELECT balance_minor, recharge_total_minor FROM activity_walletbalance WHERE membership_id = wanted.membership_id OFFSET 0
    ) AS wallet ON true
    CROSS JOIN LATERAL (
        SELECT
            count(*) FILTER (WHERE state = 'available' AND begins_on <= %(on)s::date AND ends_at > %(day_begins)s) AS usable,
            count(*) FILTER (WHERE state = 'used' AND used_on > %(on)s::date - 180) AS used_180,
            least(
                min(begins_on) FILTER (WHERE state = 'available' AND begins_on > %(on)s::date),
                min(((ends_at - interval '1 microsecond') AT TIME ZONE %(time_zone)s)::date + 1)
                    FILTER (WHERE state = 'available' AND ends_at > %(day_begins)s),
                min(used_on + 180) FILTER (WHERE state = 'used' AND used_on > %(on)s::date - 180)
            ) AS leaves_on
        FROM (
            SELECT
                state, greatest(valid_until, grace_until) AS ends_at, (valid_from AT TIME ZONE %(time_zone)s)::date AS begins_on,
                (used_at AT TIME ZONE %(time_zone)s)::date AS used_on
            FROM coupons_coupon
            WHERE membership_id = wanted.membership_id AND state IN ('available', 'used')
            OFFSET 0
        ) AS held
    ) AS coupon
    LEFT JOIN bought ON bought.membership_id = wanted.membership_id
    LEFT JOIN pieces ON pieces.membership_id = wanted.membership_id
    LEFT JOIN top_category ON top_category.membership_id = wanted.membership_id
    LEFT JOIN top_brand ON top_brand.membership_id = wanted.membership_id
    LEFT JOIN top_item ON top_item.membership_id = wanted.membership_id
    LEFT JOIN visited ON visited.membership_id = wanted.membership_id
    LEFT JOIN facts_figure AS figure ON figure.membership_id = wanted.membership_id
    LEFT JOIN LATERAL (
        SELECT (did.occurred_at AT TIME ZONE %(time_zone)s)::date AS day_on
        FROM activity_behaviourevent AS did
        WHERE visited.last_on IS NULL AND did.member_id = wanted.member_id AND did.occurred_at < %(events_since)s
            AND did.kind = ANY(%(visits)s::text[])
            AND (%(store_ids)s::bigint[] IS NULL OR did.store_id = ANY(%(store_ids)s))
        ORDER BY did.occurred_at DESC
        LIMIT 1
    ) AS earlier ON true
    WHERE wanted.is_active
), written AS (
    INSERT INTO tags_memberfact AS fact (
        membership_id,
        member_id, programme_id, as_of_on, next_change_on, gender, birthday, province_code, city_code, country, children, marketing,
        register_channel, register_source, joined_on, joined_by, level, paid_level, growth, points, wallet_minor, recharged_minor,
        coupons_usable, coupons_used_180, orders, orders_30, orders_90, orders_180, orders_365, amount_minor, amount_30_minor,
        amount_90_minor, amount_180_minor, amount_365_minor, priced_365, items_365, goods_365_minor, discount_365_minor, returned_365,
        finished_365, first_order_on, second_order_on, last_order_on, rfm_orders, rfm_amount_minor, top_category, top_brand, top_item,
        channels, visit_days_30, visit_days_90, last_visit_on, visits_falling, figures
    )
    SELECT
        membership_id,
        member_id, programme_id, as_of_on, next_change_on, gender, birthday, province_code, city_code, country, children, marketing,
        register_channel, register_source, joined_on, joined_by, level, paid_level, growth, points, wallet_minor, recharged_minor,
        coupons_usable, coupons_used_180, orders, orders_30, orders_90, orders_180, orders_365, amount_minor, amount_30_minor,
        amount_90_minor, amount_180_minor, amount_365_minor, priced_365, items_365, goods_365_minor, discount_365_minor, returned_365,
        finished_365, first_order_on, second_order_on, last_order_on, rfm_orders, rfm_amount_minor, top_category, top_brand, top_item,
        channels, visit_days_30, visit_days_90, last_visit_on, visits_falling, figures
    FROM reckoned
    ORDER BY membership_id
    ON CONFLICT (membership_id) DO UPDATE SET
        as_of_on = excluded.as_of_on, next_change_on = excluded.next_change_on, gender = excluded.gender, birthday = excluded.birthday,
        province_code = excluded.province_code, city_code = excluded.city_code, country = excluded.country, children = excluded.children,
        marketing = excluded.marketing, register_channel = excluded.register_channel, register_source = excluded.register_source,
        joined_on = excluded.joined_on, joined_by = excluded.joined_by, level = excluded.level, paid_level = excluded.paid_level,
        growth = excluded.growth, points = excluded.points, wallet_minor = excluded.wallet_minor,
        recharged_minor = excluded.recharged_minor, coupons_usable = excluded.coupons_usable,
        coupons_used_180 = excluded.coupons_used_180, orders = excluded.orders, orders_30 = excluded.orders_30,
        orders_90 = excluded.orders_90, orders_180 = excluded.orders_180, orders_365 = excluded.orders_365,
        amount_minor = excluded.amount_minor, amount_30_minor = excluded.amount_30_minor, amount_90_minor = excluded.amount_90_minor,
        amount_180_minor = excluded.amount_180_minor, amount_365_minor = excluded.amount_365_minor, priced_365 = excluded.priced_365,
        items_365 = excluded.items_365, goods_365_minor = excluded.goods_365_minor, discount_365_minor = excluded.discount_365_minor,
        returned_365 = excluded.returned_365, finished_365 = excluded.finished_365, first_order_on = excluded.first_order_on,
        second_order_on = excluded.second_order_on, last_order_on = excluded.last_order_on, rfm_orders = excluded.rfm_orders,
        rfm_amount_minor = excluded.rfm_amount_minor, top_category = excluded.top_category, top_brand = excluded.top_brand,
        top_item = excluded.top_item, channels = excluded.channels, visit_days_30 = excluded.visit_days_30,
        visit_days_90 = excluded.visit_days_90, last_visit_on = excluded.last_visit_on, visits_falling = excluded.visits_falling,
        figures = excluded.figures
    WHERE (
        fact.next_change_on, fact.gender, fact.birthday, fact.province_code, fact.city_code, fact.country, fact.children, fact.marketing,
        fact.register_channel, fact.register_source, fact.joined_on, fact.joined_by, fact.level, fact.paid_level, fact.growth,
        fact.points, fact.wallet_minor, fact.recharged_minor, fact.coupons_usable, fact.coupons_used_180, fact.orders, fact.orders_30,
        fact.orders_90, fact.orders_180, fact.orders_365, fact.amount_minor, fact.amount_30_minor, fact.amount_90_minor,
        fact.amount_180_minor, fact.amount_365_minor, fact.priced_365, fact.items_365, fact.goods_365_minor, fact.discount_365_minor,
        fact.returned_365, fact.finished_365, fact.first_order_on, fact.second_order_on, fact.last_order_on, fact.rfm_orders,
        fact.rfm_amount_minor, fact.top_category, fact.top_brand, fact.top_item, fact.channels, fact.visit_days_30, fact.visit_days_90,
        fact.last_visit_on, fact.visits_falling, fact.figures
    ) IS DISTINCT FROM (
        excluded.next_change_on, excluded.gender, excluded.birthday, excluded.province_code, excluded.city_code, excluded.country,
        excluded.children, excluded.marketing, excluded.register_channel, excluded.register_source, excluded.joined_on,
        excluded.joined_by, excluded.level, excluded.paid_level, excluded.growth, excluded.points, excluded.wallet_minor,
        excluded.recharged_minor, excluded.coupons_usable, excluded.coupons_used_180, excluded.orders, excluded.orders_30,
        excluded.orders_90, excluded.orders_180, excluded.orders_365, excluded.amount_minor, excluded.amount_30_minor,
        excluded.amount_90_minor, excluded.amount_180_minor, excluded.amount_365_minor, excluded.priced_365, excluded.items_365,
        excluded.goods_365_minor, excluded.discount_365_minor, excluded.returned_365, excluded.finished_365, excluded.first_order_on,
        excluded.second_order_on, excluded.last_order_on, excluded.rfm_orders, excluded.rfm_amount_minor, excluded.top_category,
        excluded.top_brand, excluded.top_item, excluded.channels, excluded.visit_days_30, excluded.visit_days_90, excluded.last_visit_on,
        excluded.visits_falling, excluded.figures
    )
    RETURNING membership_id
)
INSERT INTO tags_tagdue (membership_id) SELECT membership_id FROM written
