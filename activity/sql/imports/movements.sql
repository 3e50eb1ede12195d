-- Purchases and returns of the items that have any return, item by item in order of time (activity.returns.match). A purchase's line
-- number is the place of its line among the goods of its order.
WITH kept AS (
    SELECT
        line.line, line.store_code, line.order_no, line.is_return, line.member_key, line.sku, line.quantity, head.placed_at, head.seq,
        row_number() OVER (PARTITION BY line.store_code, line.order_no, line.is_return ORDER BY line.line) AS line_no
    FROM activity_import_line AS line
    JOIN activity_import_order AS head
        ON head.order_no = line.order_no AND head.store_code = line.store_code AND head.is_return = line.is_return AND head.problem = ''
    WHERE line.role NOT IN ('p', 'x')
), returned AS (
    SELECT DISTINCT store_code, member_key, sku FROM kept WHERE is_return
)
SELECT kept.store_code, kept.member_key, kept.sku, kept.is_return, kept.line, kept.quantity, kept.order_no, kept.line_no
FROM kept
JOIN returned USING (store_code, member_key, sku)
ORDER BY kept.store_code, kept.member_key, kept.sku, kept.seq, kept.line
