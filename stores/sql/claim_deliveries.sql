-- Lease the deliveries of endpoint %(endpoint_id)s, which the caller has locked, that may go out at %(now)s: of each ordering key the
-- oldest waiting message, when it is due and nobody has one of that key under way; together at most %(room)s under way, at most
-- %(limit)s new ones. Reads core_outboxmessage. A lease that ran out belonged to a worker that is dead. A second run finds these leased.
-- Looks at the first %(looked_at)s that are due: park_deliveries has put aside what stands behind another.
-- What comes first of a key, and what the messages say, is asked row by row: as a join, the planner may read all that waits for each, and all
-- messages there are for a handful, before it knows the tables' sizes.
WITH leased AS (
    SELECT count(*) AS number, coalesce(array_agg(ordering_key), '{}') AS keys
    FROM stores_webhookdelivery
    WHERE endpoint_id = %(endpoint_id)s AND lease IS NOT NULL AND leased_until > %(now)s
), due AS MATERIALIZED (
    SELECT id, ordering_key, message_id, next_attempt_at
    FROM stores_webhookdelivery
    WHERE endpoint_id = %(endpoint_id)s AND state = 'waiting' AND next_attempt_at <= %(now)s
        AND (leased_until IS NULL OR leased_until <= %(now)s)
    ORDER BY next_attempt_at, message_id
    LIMIT %(looked_at)s
), picked AS (
    SELECT due.id
    FROM due
    CROSS JOIN LATERAL (
        SELECT first.message_id
        FROM stores_webhookdelivery AS first
        WHERE first.endpoint_id = %(endpoint_id)s AND first.ordering_key = due.ordering_key AND first.state = 'waiting'
        ORDER BY first.message_id
        LIMIT 1
    ) AS earliest
    WHERE earliest.message_id = due.message_id AND due.ordering_key <> ALL ((SELECT keys FROM leased)::varchar[])
    ORDER BY due.next_attempt_at, due.message_id
    LIMIT (SELECT greatest(least(%(limit)s, %(room)s - number), 0) FROM leased)
), claimed AS (
    UPDATE stores_webhookdelivery
    SET lease = %(lease)s, leased_until = %(leased_until)s
    WHERE id = ANY (ARRAY(SELECT id FROM picked))
    RETURNING id, message_id
)
SELECT claimed.id, claimed.message_id, message.topic, message.payload, message.occurred_at
FROM claimed
CROSS JOIN LATERAL (
    SELECT topic, payload, occurred_at FROM core_outboxmessage WHERE core_outboxmessage.id = claimed.message_id OFFSET 0
) AS message
