-- Where the refunds %(after_sale_ids)s asked for more than their orders still held: a row for each line with too much money or too many
-- pieces (with those of the refunds before it, in the order of in_turn), and one without line_no for a refund that named no lines. Those not
-- settled yet are left out.
SELECT
    after_sale.id AS after_sale_id, after_sale.currency, named.line_no, named.refund_minor, named.applied_minor,
    named.quantity > 0 AND pieces.named > line.quantity AS too_many
FROM activity_aftersale AS after_sale
JOIN activity_aftersaleline AS named ON named.after_sale_id = after_sale.id
JOIN activity_orderline AS line ON line.order_id = after_sale.order_id AND line.line_no = named.line_no
CROSS JOIN LATERAL (
    SELECT sum(of_line.quantity) AS named
    FROM activity_aftersale AS refund
    JOIN activity_aftersaleline AS of_line ON of_line.after_sale_id = refund.id
    WHERE refund.order_id = after_sale.order_id AND of_line.line_no = named.line_no
        AND (refund.effects_at, refund.settled_at, refund.id) <= (after_sale.effects_at, after_sale.settled_at, after_sale.id)
) AS pieces
WHERE after_sale.id = ANY(%(after_sale_ids)s) AND after_sale.effects_at IS NOT NULL AND after_sale.names_lines
    AND (named.applied_minor < named.refund_minor OR (named.quantity > 0 AND pieces.named > line.quantity))
UNION ALL
SELECT after_sale.id, after_sale.currency, NULL, after_sale.refund_minor, spread.applied_minor, false
FROM activity_aftersale AS after_sale
CROSS JOIN LATERAL (
    SELECT coalesce(sum(applied_minor), 0)::bigint AS applied_minor FROM activity_aftersaleline WHERE after_sale_id = after_sale.id
) AS spread
WHERE after_sale.id = ANY(%(after_sale_ids)s) AND after_sale.effects_at IS NOT NULL AND NOT after_sale.names_lines
    AND spread.applied_minor < after_sale.refund_minor
ORDER BY after_sale_id, line_no
