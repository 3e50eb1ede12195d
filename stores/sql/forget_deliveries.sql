-- Delete the deliveries, with their log, of those messages among %(message_ids)s of which none still waits; answers these messages.
-- Whole messages go, so a second run finds nothing of them.
WITH finished AS (
    SELECT message_id
    FROM unnest(%(message_ids)s::bigint[]) AS given (message_id)
    WHERE NOT EXISTS (
        SELECT FROM stores_webhookdelivery AS delivery WHERE delivery.message_id = given.message_id AND delivery.state = 'waiting'
    )
), old AS (
    SELECT delivery.id FROM stores_webhookdelivery AS delivery JOIN finished USING (message_id)
), log AS (
    DELETE FROM stores_webhookattempt USING old WHERE stores_webhookattempt.delivery_id = old.id
), deliveries AS (
    DELETE FROM stores_webhookdelivery USING old WHERE stores_webhookdelivery.id = old.id
)
SELECT message_id FROM finished ORDER BY message_id
