-- Of the first %(limit)s due deliveries of endpoint %(endpoint_id)s, which the caller has locked, let those that stand behind an earlier
-- waiting message of their ordering key wait without a time, so that nobody looks at them again before that one is done (see
-- wake_next_delivery). A second run finds the ones after them.
-- Row by row, and by the index of its key, whatever the planner knows of the table's size.
WITH due AS MATERIALIZED (
    SELECT id, ordering_key, message_id
    FROM stores_webhookdelivery
    WHERE endpoint_id = %(endpoint_id)s AND state = 'waiting' AND next_attempt_at <= %(now)s
    ORDER BY next_attempt_at, message_id
    LIMIT %(limit)s
)
UPDATE stores_webhookdelivery
SET next_attempt_at = NULL
WHERE id = ANY (ARRAY(
    SELECT due.id
    FROM due
    CROSS JOIN LATERAL (
        SELECT first.message_id
        FROM stores_webhookdelivery AS first
        WHERE first.endpoint_id = %(endpoint_id)s AND first.ordering_key = due.ordering_key AND first.state = 'waiting'
        ORDER BY first.message_id
        LIMIT 1
    ) AS earliest
    WHERE earliest.message_id < due.message_id
))
