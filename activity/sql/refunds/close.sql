-- Bring the headers in line: what the lines of the orders of %(after_sale_ids)s and of %(order_ids)s hold as refunded, and when each
-- after-sale was first taken off (%(booked_at)s).
WITH orders AS (
    UPDATE activity_order AS bought
    SET refunded_minor = total.refunded_minor
    FROM (
        SELECT line.order_id, sum(line.refunded_minor) AS refunded_minor
        FROM activity_orderline AS line
        WHERE line.order_id = ANY(%(order_ids)s)
            OR line.order_id IN (SELECT order_id FROM activity_aftersale WHERE id = ANY(%(after_sale_ids)s))
        GROUP BY line.order_id
    ) AS total
    WHERE bought.id = total.order_id AND bought.refunded_minor <> total.refunded_minor
)
UPDATE activity_aftersale SET effects_at = %(booked_at)s WHERE id = ANY(%(after_sale_ids)s) AND effects_at IS NULL
