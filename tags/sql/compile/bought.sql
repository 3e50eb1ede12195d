-- What members bought of a basket between two moments, a row a member who bought any; put into another statement (tags/rules/compiling.py).
-- Orders count that are completed and not refunded whole, lines that hold anything still, net of refunds. amount and pieces are of orders in
-- the programme's currency. last_day, first_day: local days since 1970. Reads activity and stores; writes nothing.
SELECT
    told.member_id,
    coalesce(sum(line.paid_minor - line.refunded_minor) FILTER (WHERE told.currency = {currency}), 0)::bigint AS amount,
    coalesce(sum(line.quantity - line.refunded_quantity) FILTER (WHERE told.currency = {currency}), 0)::bigint AS pieces,
    sum(line.quantity - line.refunded_quantity)::bigint AS quantity,
    count(DISTINCT told.id) AS orders,
    (max(told.completed_at) AT TIME ZONE {zone})::date - DATE '1970-01-01' AS last_day,
    (min(told.completed_at) AT TIME ZONE {zone})::date - DATE '1970-01-01' AS first_day
FROM activity_order AS told
JOIN activity_orderline AS line ON line.order_id = told.id
WHERE told.status = 'completed' AND told.completed_at >= {since} AND told.completed_at < {until}
    AND (told.net_minor > 0 OR told.settled_minor = 0)
    AND {of_stores} AND {of_members} AND {matches}
    AND NOT line.is_gift_card AND line.quantity > line.refunded_quantity
    AND (line.paid_minor > line.refunded_minor OR line.paid_minor = 0)
GROUP BY told.member_id
