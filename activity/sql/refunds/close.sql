-- Bring the headers in line: what the lines of the orders of %(after_sale_ids)s and of %(order_ids)s hold as refunded, what of the settled
-- amount is left (gift cards are not in it), and when each after-sale was first taken off (%(booked_at)s).
WITH orders AS (
    UPDATE activity_order AS bought
    SET refunded_minor = total.refunded_minor, net_minor = total.net_minor
    FROM (
        SELECT unnest(%(order_ids)s::bigint[]) AS id
        UNION
        SELECT order_id FROM activity_aftersale WHERE id = ANY(%(after_sale_ids)s)
    ) AS touched
    CROSS JOIN LATERAL (
        SELECT
            sum(line.refunded_minor) AS refunded_minor,
            coalesce(sum(line.paid_minor - line.refunded_minor) FILTER (WHERE NOT line.is_gift_card), 0) AS net_minor
        FROM activity_orderline AS line
        WHERE line.order_id = touched.id
        HAVING count(*) > 0
        OFFSET 0
    ) AS total
    WHERE bought.id = touched.id
        AND (bought.refunded_minor, bought.net_minor) IS DISTINCT FROM (total.refunded_minor, total.net_minor)
)
UPDATE activity_aftersale SET effects_at = %(booked_at)s WHERE id = ANY(%(after_sale_ids)s) AND effects_at IS NULL
