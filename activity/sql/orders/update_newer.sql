-- Replace the orders of batch %(batch)s judged newer, which the caller has locked. Refunds are taken off again by the caller.
UPDATE activity_order AS known
SET version = staged.version, digest = staged.digest, status = staged.status, channel = staged.channel, origin = %(origin)s,
    currency = staged.currency, goods_minor = staged.goods_minor, discount_minor = staged.discount_minor,
    coupon_minor = staged.coupon_minor, points_minor = staged.points_minor, points_used = staged.points_used,
    postage_minor = staged.postage_minor, paid_minor = staged.paid_minor, settled_minor = staged.settled_minor, net_minor = staged.settled_minor,
    source_currency = staged.source_currency, source_rate = staged.source_rate, source_settled_minor = staged.source_settled_minor,
    placed_at = staged.placed_at, paid_at = staged.paid_at, shipped_at = staged.shipped_at, received_at = staged.received_at,
    completed_at = staged.completed_at, cancelled_at = staged.cancelled_at, receiver_name = staged.receiver_name,
    receiver_phone = staged.receiver_phone, receiver_address = staged.receiver_address, country = staged.country,
    coupon_codes = staged.coupon_codes, booked_at = %(booked_at)s
FROM activity_staged_order AS staged
WHERE staged.batch = %(batch)s AND staged.verdict = 'newer' AND known.id = staged.order_id
