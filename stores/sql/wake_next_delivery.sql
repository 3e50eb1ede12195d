-- The earliest waiting delivery of an ordering key at endpoint %(endpoint_id)s, which the caller has locked, is due at %(now)s if it
-- stood behind another. A second run finds it due already.
UPDATE stores_webhookdelivery
SET next_attempt_at = %(now)s
WHERE next_attempt_at IS NULL AND id = (
    SELECT id
    FROM stores_webhookdelivery
    WHERE endpoint_id = %(endpoint_id)s AND ordering_key = %(ordering_key)s AND state = 'waiting'
    ORDER BY message_id
    LIMIT 1
)
