-- Messages that did not go out: what, where, expected, found.
SELECT 'facts not handed out' AS what, 'outbox' AS place, 0::bigint AS expected, count(*) AS found
FROM core_outboxmessage WHERE fanned_out_at IS NULL HAVING count(*) > 0
UNION ALL
SELECT 'messages not delivered', 'deliveries ' || state, 0, count(*)
FROM stores_webhookdelivery WHERE state <> 'delivered' GROUP BY state
