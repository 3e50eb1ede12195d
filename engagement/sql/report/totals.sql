-- What came of campaign %(campaign_id)s, one row: members and what they got, messages, coupons used and what they took off, the orders they
-- were used on, once each, with what these came to net of refunds. Reads coupons_coupon, core_notice and activity_order.
WITH recipient AS MATERIALIZED (
    SELECT * FROM engagement_campaignrecipient WHERE campaign_id = %(campaign_id)s
),

used AS MATERIALIZED (
    SELECT recipient.membership_id, coupon.store_id, coupon.order_no, coupon.discount_minor
    FROM recipient
    JOIN coupons_coupon AS coupon ON coupon.id = recipient.coupon_id
    WHERE coupon.state = 'used'
)

SELECT
    count(*) AS targeted,
    count(*) FILTER (WHERE recipient.state <> 'waiting') AS settled,
    count(*) FILTER (WHERE recipient.state = 'given') AS given,
    count(*) FILTER (WHERE recipient.coupon_result = 'given') AS issued,
    count(*) FILTER (WHERE recipient.points_result = 'given') AS pointed,
    count(*) FILTER (WHERE recipient.tag_result = 'given') AS tagged,
    count(*) FILTER (WHERE recipient.message_result = 'given') AS queued,
    count(*) FILTER (WHERE recipient.message_result = 'opted_out') AS opted_out,
    (SELECT count(*) FROM recipient AS told JOIN core_notice AS notice ON notice.id = told.notice_id WHERE notice.state = 'sent') AS sent,
    (
        SELECT coalesce(sum(pointed.cost_minor - coalesce(coupon.cost_minor, 0)), 0)::bigint
        FROM recipient AS pointed
        LEFT JOIN coupons_coupon AS coupon ON coupon.id = pointed.coupon_id
        WHERE pointed.points_result = 'given'
    ) AS points_cost_minor,
    (SELECT count(DISTINCT membership_id) FROM used) AS participants,
    (SELECT count(*) FROM used) AS used,
    (SELECT coalesce(sum(discount_minor), 0)::bigint FROM used) AS discount_minor,
    (SELECT count(*) FROM (SELECT DISTINCT store_id, order_no FROM used) AS bought) AS orders,
    (
        SELECT coalesce(sum(purchase.net_minor), 0)::bigint
        FROM (SELECT DISTINCT store_id, order_no FROM used) AS bought
        JOIN activity_order AS purchase ON purchase.store_id = bought.store_id AND purchase.order_no = bought.order_no
        WHERE purchase.status <> 'cancelled'
    ) AS revenue_minor
FROM recipient
