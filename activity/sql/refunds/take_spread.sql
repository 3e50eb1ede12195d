-- Spread the refunds of %(after_sale_ids)s, at most one an order and without lines of their own, over what the order's lines still hold,
-- by largest remainder; ties go to the lower line number (rules.spread). The shares become their lines.
WITH held AS (
    SELECT
        after_sale.id AS after_sale_id, line.id AS line_id, line.line_no, line.sku, line.name,
        line.paid_minor - line.refunded_minor AS left_minor,
        sum(line.paid_minor - line.refunded_minor) OVER (PARTITION BY after_sale.id) AS left_in_all,
        after_sale.refund_minor
    FROM activity_aftersale AS after_sale
    JOIN activity_orderline AS line ON line.order_id = after_sale.order_id
    WHERE after_sale.id = ANY(%(after_sale_ids)s) AND NOT after_sale.names_lines
), floored AS (
    SELECT *,
        div(least(refund_minor, left_in_all) * left_minor, left_in_all) AS share,
        mod(least(refund_minor, left_in_all) * left_minor, left_in_all) AS remainder
    FROM held
    WHERE left_in_all > 0
), ranked AS (
    SELECT *,
        least(refund_minor, left_in_all) - sum(share) OVER (PARTITION BY after_sale_id) AS spare,
        row_number() OVER (PARTITION BY after_sale_id ORDER BY remainder DESC, line_no) AS place
    FROM floored
), shared AS (
    SELECT after_sale_id, line_id, line_no, sku, name, (share + (place <= spare)::integer)::bigint AS share FROM ranked
), lines AS (
    UPDATE activity_orderline AS line
    SET refunded_minor = line.refunded_minor + shared.share
    FROM shared
    WHERE line.id = shared.line_id AND shared.share > 0
)
INSERT INTO activity_aftersaleline (after_sale_id, line_no, quantity, refund_minor, applied_minor, sku, name)
SELECT after_sale_id, line_no, 0, share, share, sku, name FROM shared WHERE share > 0 ORDER BY after_sale_id, line_no
