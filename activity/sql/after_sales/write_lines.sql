-- Write the lines of new and newer after-sales of batch %(batch)s; a line without item names takes them from its order.
INSERT INTO activity_aftersaleline (after_sale_id, line_no, quantity, refund_minor, applied_minor, sku, name)
SELECT
    staged.after_sale_id, given.line_no, given.quantity, given.refund_minor, 0,
    coalesce(nullif(given.sku, ''), bought.sku, ''), coalesce(nullif(given.name, ''), bought.name, '')
FROM activity_staged_after_sale AS staged
JOIN activity_staged_after_sale_line AS given ON given.batch = staged.batch AND given.item = staged.item
LEFT JOIN activity_orderline AS bought ON bought.order_id = staged.order_id AND bought.line_no = given.line_no
WHERE staged.batch = %(batch)s AND staged.verdict IN ('new', 'newer')
ORDER BY staged.after_sale_id, given.line_no
