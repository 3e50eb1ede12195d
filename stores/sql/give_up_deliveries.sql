-- Give up what has waited for endpoint %(endpoint_id)s, which the caller has locked, since before %(before)s. What is under way is left
-- to its outcome. A second run finds nothing.
UPDATE stores_webhookdelivery
SET state = 'given_up'
WHERE endpoint_id = %(endpoint_id)s AND state = 'waiting' AND queued_at < %(before)s AND lease IS NULL
