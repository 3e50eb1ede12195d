-- Write the lines of new and newer orders of batch %(batch)s. A line that is there already keeps its row and starts without refunds,
-- which the caller takes off again.
INSERT INTO activity_orderline AS line (
    order_id, line_no, sku, spu, name, brand, category, attributes, unit_price_minor, quantity, paid_minor, refunded_minor,
    refunded_quantity, source_paid_minor, is_virtual, is_gift_card
)
SELECT
    staged.order_id, given.line_no, given.sku, given.spu, given.name, given.brand, given.category, given.attributes,
    given.unit_price_minor, given.quantity, given.paid_minor, 0, 0, given.source_paid_minor, given.is_virtual, given.is_gift_card
FROM activity_staged_order AS staged
JOIN activity_staged_order_line AS given ON given.batch = staged.batch AND given.item = staged.item
WHERE staged.batch = %(batch)s AND staged.verdict IN ('new', 'newer')
ORDER BY staged.order_id, given.line_no
ON CONFLICT (order_id, line_no) DO UPDATE SET
    sku = EXCLUDED.sku, spu = EXCLUDED.spu, name = EXCLUDED.name, brand = EXCLUDED.brand, category = EXCLUDED.category,
    attributes = EXCLUDED.attributes, unit_price_minor = EXCLUDED.unit_price_minor, quantity = EXCLUDED.quantity,
    paid_minor = EXCLUDED.paid_minor, refunded_minor = 0, refunded_quantity = 0, source_paid_minor = EXCLUDED.source_paid_minor,
    is_virtual = EXCLUDED.is_virtual, is_gift_card = EXCLUDED.is_gift_card
