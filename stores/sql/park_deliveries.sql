-- Of the first %(limit)s due deliveries of endpoint %(endpoint_id)s, which the caller has locked, let those that stand behind an earlier
-- waiting message of their ordering key wait without a time, so that nobody looks at them again before that one is done (see
-- wake_next_delivery). A second run finds the ones after them.
WITH due AS (
    SELECT id, ordering_key, message_id
    FROM stores_webhookdelivery
    WHERE endpoint_id = %(endpoint_id)s AND state = 'waiting' AND next_attempt_at <= %(now)s
    ORDER BY next_attempt_at, message_id
    LIMIT %(limit)s
)
UPDATE stores_webhookdelivery AS delivery
SET next_attempt_at = NULL
FROM due
WHERE delivery.id = due.id AND EXISTS (
    SELECT FROM stores_webhookdelivery AS earlier
    WHERE earlier.endpoint_id = %(endpoint_id)s AND earlier.ordering_key = due.ordering_key AND earlier.state = 'waiting'
        AND earlier.message_id < due.message_id
)
