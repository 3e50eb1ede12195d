-- Ids of endpoints that have something to send at %(now)s and are not resting, the one that has waited longest first.
-- Only a hint where to look: whether anything may go out is decided under the endpoint's lock, in claim_deliveries.
SELECT endpoint.id
FROM stores_webhookendpoint AS endpoint
CROSS JOIN LATERAL (
    SELECT delivery.next_attempt_at
    FROM stores_webhookdelivery AS delivery
    WHERE delivery.endpoint_id = endpoint.id AND delivery.state = 'waiting' AND delivery.next_attempt_at <= %(now)s
    ORDER BY delivery.next_attempt_at, delivery.message_id
    LIMIT 1
) AS first
WHERE endpoint.is_active AND (endpoint.resting_until IS NULL OR endpoint.resting_until <= %(now)s)
ORDER BY first.next_attempt_at, endpoint.id
