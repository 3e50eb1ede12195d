-- One waiting delivery for each of the messages %(message_ids)s and each active endpoint that may hear of it: of one of the message's
-- stores, or of the platform, which hears everything. Reads core_outboxmessage. The pair is unique, so a second run adds nothing.
INSERT INTO stores_webhookdelivery (endpoint_id, message_id, ordering_key, state, queued_at, attempts, next_attempt_at)
SELECT endpoint.id, message.id, message.ordering_key, 'waiting', %(now)s, 0, %(now)s
FROM core_outboxmessage AS message
JOIN stores_webhookendpoint AS endpoint ON endpoint.is_active
    AND (endpoint.store_id IS NULL OR endpoint.store_id = ANY(message.store_ids))
    AND (endpoint.topics = '{}' OR message.topic = ANY(endpoint.topics))
WHERE message.id = ANY(%(message_ids)s)
ORDER BY message.id, endpoint.id
ON CONFLICT (endpoint_id, message_id) DO NOTHING
