-- Replace the after-sales of batch %(batch)s judged newer, which the caller has locked.
UPDATE activity_aftersale AS known
SET version = staged.version, digest = staged.digest, order_id = staged.order_id, order_no = staged.order_no,
    member_id = coalesce(bought.member_id, staged.member_id, known.member_id), kind = staged.kind, status = staged.status,
    names_lines = staged.names_lines, origin = %(origin)s, currency = staged.currency, refund_minor = staged.refund_minor,
    postage_minor = staged.postage_minor, source_currency = staged.source_currency, source_rate = staged.source_rate,
    source_refund_minor = staged.source_refund_minor, reason = staged.reason, applied_at = staged.applied_at,
    settled_at = staged.settled_at, receiver_name = staged.receiver_name, receiver_phone = staged.receiver_phone,
    receiver_address = staged.receiver_address, booked_at = %(booked_at)s
FROM activity_staged_after_sale AS staged
LEFT JOIN activity_order AS bought ON bought.id = staged.order_id
WHERE staged.batch = %(batch)s AND staged.verdict = 'newer' AND known.id = staged.after_sale_id
