-- Make due at %(now)s, of each ordering key at endpoint %(endpoint_id)s, which the caller has locked, the earliest waiting delivery, if it
-- stood behind one that is gone. A second run finds nothing.
UPDATE stores_webhookdelivery AS delivery
SET next_attempt_at = %(now)s
WHERE delivery.endpoint_id = %(endpoint_id)s AND delivery.state = 'waiting' AND delivery.next_attempt_at IS NULL
    AND NOT EXISTS (
        SELECT FROM stores_webhookdelivery AS earlier
        WHERE earlier.endpoint_id = %(endpoint_id)s AND earlier.ordering_key = delivery.ordering_key AND earlier.state = 'waiting'
            AND earlier.message_id < delivery.message_id
    )
