-- The coupons that hang on those of the orders %(order_ids)s of which nothing is left: cancelled, or every line refunded whole (a line that
-- cost nothing counts by its pieces). Reads activity.
SELECT
    coupon.id AS coupon_id, coupon.membership_id, bought.status = 'cancelled' AS is_cancelled,
    coalesce(bought.cancelled_at, refund.settled_at) AS ended_at
FROM unnest(%(order_ids)s::bigint[]) AS wanted (id)
CROSS JOIN LATERAL (SELECT * FROM activity_order WHERE id = wanted.id OFFSET 0) AS bought
CROSS JOIN LATERAL (
    SELECT * FROM coupons_coupon
    WHERE store_id = bought.store_id AND order_no = bought.order_no AND order_no <> '' AND state IN ('reserved', 'used')
    OFFSET 0
) AS coupon
JOIN stores_membership AS membership ON membership.id = coupon.membership_id AND membership.member_id = bought.member_id
LEFT JOIN LATERAL (SELECT max(settled_at) AS settled_at FROM activity_aftersale WHERE order_id = bought.id) AS refund ON true
WHERE bought.status = 'cancelled' OR NOT EXISTS (
    SELECT FROM activity_orderline AS line
    WHERE line.order_id = bought.id AND (
        line.paid_minor > line.refunded_minor OR (line.paid_minor = 0 AND line.refunded_quantity < line.quantity)
    )
)
ORDER BY coupon.id
