-- What read_lines.sql does, by one pass over the lines (see read_orders_of_many.sql). Reads activity; writes facts_line alone.
INSERT INTO facts_line (membership_id, order_id, day_on, is_own, category, brand, spu, sku, amount, quantity)
SELECT
    bought.membership_id, bought.order_id, bought.day_on, bought.is_own, line.category, line.brand, line.spu, line.sku,
    line.paid_minor - line.refunded_minor, line.quantity - line.refunded_quantity
FROM facts_order AS bought
JOIN activity_orderline AS line ON line.order_id = bought.order_id
WHERE bought.counts AND bought.day_on >= %(since_on)s
    AND NOT line.is_gift_card AND line.quantity > line.refunded_quantity AND (line.paid_minor > line.refunded_minor OR line.paid_minor = 0)
