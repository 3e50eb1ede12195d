-- The lines of those orders since %(since_on)s that hold anything still, net of refunds. Reads activity; writes facts_line alone.
INSERT INTO facts_line (membership_id, order_id, day_on, is_own, category, brand, spu, sku, amount, quantity)
SELECT
    bought.membership_id, bought.order_id, bought.day_on, bought.is_own, line.category, line.brand, line.spu, line.sku,
    line.paid_minor - line.refunded_minor, line.quantity - line.refunded_quantity
FROM facts_order AS bought
CROSS JOIN LATERAL (
    SELECT * FROM activity_orderline
    WHERE order_id = bought.order_id AND NOT is_gift_card AND quantity > refunded_quantity
        AND (paid_minor > refunded_minor OR paid_minor = 0)
    OFFSET 0
) AS line
WHERE bought.counts AND bought.day_on >= %(since_on)s
