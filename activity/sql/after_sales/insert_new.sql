-- Write the after-sales of batch %(batch)s judged new, and note their ids; one that another call has written meanwhile gets none.
WITH added AS (
    INSERT INTO activity_aftersale (
        store_id, after_sale_no, version, digest, order_id, order_no, member_id, kind, status, names_lines, origin, currency, refund_minor,
        postage_minor, source_currency, source_rate, source_refund_minor, reason, applied_at, settled_at, receiver_name,
        receiver_phone, receiver_address, booked_at
    )
    SELECT
        staged.store_id, staged.after_sale_no, staged.version, staged.digest, staged.order_id, staged.order_no,
        coalesce(bought.member_id, staged.member_id), staged.kind, staged.status, staged.names_lines, %(origin)s, staged.currency,
        staged.refund_minor, staged.postage_minor, staged.source_currency, staged.source_rate, staged.source_refund_minor, staged.reason,
        staged.applied_at, staged.settled_at, staged.receiver_name, staged.receiver_phone, staged.receiver_address, %(booked_at)s
    FROM activity_staged_after_sale AS staged
    LEFT JOIN activity_order AS bought ON bought.id = staged.order_id
    WHERE staged.batch = %(batch)s AND staged.verdict = 'new' AND staged.after_sale_id IS NULL
    ORDER BY staged.after_sale_no, staged.store_id
    ON CONFLICT (after_sale_no, store_id) DO NOTHING
    RETURNING id, after_sale_no, store_id
)
UPDATE activity_staged_after_sale AS staged
SET after_sale_id = added.id
FROM added
WHERE staged.batch = %(batch)s AND staged.after_sale_no = added.after_sale_no AND staged.store_id = added.store_id AND staged.verdict = 'new'
