-- Write the orders of batch %(batch)s judged new, and note their ids. One that another call has written meanwhile is left without an id:
-- the caller judges it again. In (order_no, store) order, so that two calls over the same orders wait instead of locking up.
WITH added AS (
    INSERT INTO activity_order (
        store_id, order_no, version, digest, member_id, status, channel, origin, currency, goods_minor, discount_minor, coupon_minor,
        points_minor, points_used, postage_minor, paid_minor, settled_minor, refunded_minor, net_minor, source_currency, source_rate,
        source_settled_minor, placed_at, paid_at, shipped_at, received_at, completed_at, cancelled_at, receiver_name, receiver_phone,
        receiver_address, country, coupon_codes, booked_at
    )
    SELECT
        store_id, order_no, version, digest, member_id, status, channel, %(origin)s, currency, goods_minor, discount_minor, coupon_minor,
        points_minor, points_used, postage_minor, paid_minor, settled_minor, 0, settled_minor, source_currency, source_rate,
        source_settled_minor, placed_at, paid_at, shipped_at, received_at, completed_at, cancelled_at, receiver_name, receiver_phone,
        receiver_address, country, coupon_codes, %(booked_at)s
    FROM activity_staged_order
    WHERE batch = %(batch)s AND verdict = 'new' AND order_id IS NULL
    ORDER BY order_no, store_id
    ON CONFLICT (order_no, store_id) DO NOTHING
    RETURNING id, order_no, store_id
)
UPDATE activity_staged_order AS staged
SET order_id = added.id
FROM added
WHERE staged.batch = %(batch)s AND staged.order_no = added.order_no AND staged.store_id = added.store_id AND staged.verdict = 'new'
