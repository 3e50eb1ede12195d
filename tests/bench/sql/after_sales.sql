-- After-sales of three orders in a hundred, and of each of %(light)s's, none refunded yet.
INSERT INTO activity_aftersale (
    store_id, after_sale_no, version, digest, order_id, order_no, member_id, kind, status, names_lines, origin, currency, refund_minor,
    postage_minor, source_currency, reason, applied_at, receiver_name, receiver_phone, receiver_address, booked_at
)
SELECT
    store_id, 'A' || order_no, 1, digest, id, order_no, member_id, 'return', 'approved', true, 'backfill', 'CNY', 990, 0, '', '尺码小了',
    placed_at + interval '6 days', '', '', '', placed_at + interval '6 days'
FROM activity_order
WHERE id %% 33 = 0 OR member_id = %(light)s
ORDER BY id
