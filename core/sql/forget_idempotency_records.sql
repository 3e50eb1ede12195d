-- Delete answers kept since before %(before)s, at most %(limit)s at a time, skipping what another cleaner has in hand.
-- A second run finds nothing.
DELETE FROM core_idempotencyrecord
WHERE id IN (
    SELECT id FROM core_idempotencyrecord WHERE created_at < %(before)s ORDER BY created_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
