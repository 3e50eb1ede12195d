INSERT INTO activity_aftersaleline (after_sale_id, line_no, quantity, refund_minor, applied_minor, sku, name)
SELECT after_sale.id, 1, 1, 990, 0, line.sku, line.name
FROM activity_aftersale AS after_sale
JOIN activity_orderline AS line ON line.order_id = after_sale.order_id AND line.line_no = 1
ORDER BY after_sale.id
