-- What the orders paid on the days asked for come to. Reads activity. Gift cards are no goods. An order keeps its day whatever becomes of
-- it later: refunds stand on their own day (DAT-06). The discount on a discount is what coupons take off goods discounted already.
WITH deal AS MATERIALIZED (
    SELECT
        bought.id, who.membership_id, who.store_id, (bought.paid_at AT TIME ZONE who.time_zone)::date AS day_on,
        bought.settled_minor, bought.postage_minor, bought.discount_minor, bought.coupon_minor
    FROM summary_who AS who
    JOIN activity_order AS bought ON bought.member_id = who.member_id AND bought.store_id = who.store_id
    LEFT JOIN summary_wanted AS wanted
        ON wanted.membership_id = who.membership_id AND wanted.store_id = who.store_id
        AND wanted.day_on = (bought.paid_at AT TIME ZONE who.time_zone)::date
    WHERE bought.paid_at IS NOT NULL AND (who.is_whole OR wanted.day_on IS NOT NULL)
), by_category AS (
    SELECT
        deal.membership_id, deal.day_on, deal.store_id, line.category,
        sum(line.paid_minor) AS paid_minor,
        sum(line.quantity) AS pieces,
        max(line.paid_minor / line.quantity) AS highest_price_minor,
        sum(line.quantity) FILTER (WHERE line.paid_minor < 5000 * line.quantity::bigint) AS below_50,
        sum(line.quantity) FILTER (WHERE line.paid_minor < 10000 * line.quantity::bigint) AS below_100,
        sum(line.quantity) FILTER (WHERE line.paid_minor < 20000 * line.quantity::bigint) AS below_200,
        sum(line.quantity) FILTER (WHERE line.paid_minor < 50000 * line.quantity::bigint) AS below_500
    FROM deal
    JOIN activity_orderline AS line ON line.order_id = deal.id
    WHERE NOT line.is_gift_card AND line.quantity > 0
    GROUP BY deal.membership_id, deal.day_on, deal.store_id, line.category
), goods AS (
    SELECT
        membership_id, day_on, store_id,
        sum(pieces) AS pieces,
        max(highest_price_minor) AS highest_price_minor,
        count(*) FILTER (WHERE category <> '') AS categories,
        (array_agg(category ORDER BY paid_minor DESC, category COLLATE "C") FILTER (WHERE category <> ''))[1] AS top_category,
        coalesce(sum(below_50), 0) AS below_50,
        coalesce(sum(below_100), 0) AS below_100,
        coalesce(sum(below_200), 0) AS below_200,
        coalesce(sum(below_500), 0) AS below_500
    FROM by_category
    GROUP BY membership_id, day_on, store_id
), bill AS (
    SELECT
        membership_id, day_on, store_id,
        sum(settled_minor) AS paid_minor,
        count(*) AS deals,
        sum(postage_minor) AS postage_minor,
        sum(discount_minor + coupon_minor) AS discount_minor,
        sum(CASE WHEN discount_minor > 0 THEN coupon_minor ELSE 0 END) AS second_discount_minor,
        count(*) FILTER (WHERE discount_minor + coupon_minor > 0) AS discounted_deals,
        count(*) FILTER (WHERE discount_minor > 0 AND coupon_minor > 0) AS twice_discounted_deals
    FROM deal
    GROUP BY membership_id, day_on, store_id
)
INSERT INTO summary_fresh (
    membership_id, store_id, day_on, paid_minor, deals, pieces, postage_minor, discount_minor, second_discount_minor, discounted_deals,
    twice_discounted_deals, highest_price_minor, categories, top_category, pieces_by_band
)
SELECT
    bill.membership_id, bill.store_id, bill.day_on, bill.paid_minor, bill.deals, coalesce(goods.pieces, 0), bill.postage_minor,
    bill.discount_minor, bill.second_discount_minor, bill.discounted_deals, bill.twice_discounted_deals, goods.highest_price_minor,
    coalesce(goods.categories, 0), goods.top_category,
    ARRAY[
        goods.below_50, goods.below_100 - goods.below_50, goods.below_200 - goods.below_100, goods.below_500 - goods.below_200,
        goods.pieces - goods.below_500
    ]
FROM bill
LEFT JOIN goods USING (membership_id, day_on, store_id)
