-- What happened of campaign %(campaign_id)s on each local day of %(zone)s on which anything did: coupons given and used, what the used ones
-- took off, and what the orders they were used on came to net of refunds, each order once. Reads coupons_coupon and activity_order.
WITH coupon AS MATERIALIZED (
    SELECT coupon.received_at, coupon.used_at, coupon.state, coupon.store_id, coupon.order_no, coupon.discount_minor
    FROM engagement_campaignrecipient AS recipient
    JOIN coupons_coupon AS coupon ON coupon.id = recipient.coupon_id
    WHERE recipient.campaign_id = %(campaign_id)s
),

bought AS (
    SELECT DISTINCT ON (coupon.store_id, coupon.order_no) coupon.used_at, purchase.net_minor
    FROM coupon
    JOIN activity_order AS purchase ON purchase.store_id = coupon.store_id AND purchase.order_no = coupon.order_no
    WHERE coupon.state = 'used' AND purchase.status <> 'cancelled'
    ORDER BY coupon.store_id, coupon.order_no, coupon.used_at
),

happened (day, issued, used, discount_minor, revenue_minor) AS (
    SELECT (received_at AT TIME ZONE %(zone)s)::date, 1, 0, 0, 0 FROM coupon
    UNION ALL
    SELECT (used_at AT TIME ZONE %(zone)s)::date, 0, 1, discount_minor, 0 FROM coupon WHERE state = 'used'
    UNION ALL
    SELECT (used_at AT TIME ZONE %(zone)s)::date, 0, 0, 0, net_minor FROM bought
)

SELECT
    day, sum(issued)::int AS issued, sum(used)::int AS used, sum(discount_minor)::bigint AS discount_minor,
    sum(revenue_minor)::bigint AS revenue_minor
FROM happened
GROUP BY day
ORDER BY day
