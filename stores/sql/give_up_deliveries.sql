-- Give up what has waited since before %(before)s and will not go out: the endpoint is switched off, or has failed all that time.
-- What is under way is left to its outcome. A second run finds nothing.
UPDATE stores_webhookdelivery AS delivery
SET state = 'given_up'
FROM stores_webhookendpoint AS endpoint
WHERE endpoint.id = delivery.endpoint_id AND delivery.state = 'waiting' AND delivery.queued_at < %(before)s AND delivery.lease IS NULL
    AND (NOT endpoint.is_active OR endpoint.failing_since < %(before)s)
