-- All that is recorded, in order: the lines of each order or return, and which pieces of a return belong to which purchase.
SELECT
    head.seq, head.store_code, head.order_no, head.is_return, head.placed_at, head.first_line, head.member_key,
    line.line, line.role, line.sku, line.spu, line.name, line.brand, line.category, line.attributes, line.quantity, line.price_micro,
    line.amount_micro, line.header, matched.order_no AS of_order_no, matched.line_no AS of_line_no, matched.quantity AS of_quantity
FROM activity_import_order AS head
JOIN activity_import_line AS line
    ON line.order_no = head.order_no AND line.store_code = head.store_code AND line.is_return = head.is_return AND line.role <> 'x'
LEFT JOIN activity_import_match AS matched ON line.is_return AND matched.return_line = line.line
WHERE head.problem = ''
ORDER BY head.seq, line.line, matched.order_no, matched.line_no
