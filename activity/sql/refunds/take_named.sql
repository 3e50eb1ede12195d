-- Take the refunds of %(after_sale_ids)s, at most one an order, off the lines they name: never more than a line still holds.
WITH taken AS (
    SELECT
        line.id AS line_id, named.id AS named_id, named.quantity,
        least(named.refund_minor, line.paid_minor - line.refunded_minor) AS applied_minor
    FROM activity_aftersale AS after_sale
    JOIN activity_aftersaleline AS named ON named.after_sale_id = after_sale.id
    JOIN activity_orderline AS line ON line.order_id = after_sale.order_id AND line.line_no = named.line_no
    WHERE after_sale.id = ANY(%(after_sale_ids)s) AND after_sale.names_lines
), lines AS (
    UPDATE activity_orderline AS line
    SET refunded_minor = line.refunded_minor + taken.applied_minor,
        refunded_quantity = least(line.quantity::bigint, line.refunded_quantity::bigint + taken.quantity)
    FROM taken
    WHERE line.id = taken.line_id
)
UPDATE activity_aftersaleline AS named
SET applied_minor = taken.applied_minor
FROM taken
WHERE named.id = taken.named_id
