-- The same for the memberships that were reckoned one by one.
DELETE FROM growth_rfmstate AS state
USING rfm_fresh AS fresh
WHERE state.version_id = fresh.version_id AND state.membership_id = fresh.membership_id AND fresh.last_on IS NULL
