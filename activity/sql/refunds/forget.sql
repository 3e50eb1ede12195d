-- Take all refunds off the lines of %(order_ids)s, which the caller has locked and settles anew at once.
WITH cleared AS (
    UPDATE activity_orderline SET refunded_minor = 0, refunded_quantity = 0
    WHERE order_id = ANY(%(order_ids)s) AND (refunded_minor > 0 OR refunded_quantity > 0)
), spread_before AS (
    DELETE FROM activity_aftersaleline AS line
    USING activity_aftersale AS after_sale
    WHERE after_sale.id = line.after_sale_id AND after_sale.order_id = ANY(%(order_ids)s) AND NOT after_sale.names_lines
)
UPDATE activity_aftersaleline AS line
SET applied_minor = 0
FROM activity_aftersale AS after_sale
WHERE after_sale.id = line.after_sale_id AND after_sale.order_id = ANY(%(order_ids)s) AND after_sale.names_lines AND line.applied_minor > 0
