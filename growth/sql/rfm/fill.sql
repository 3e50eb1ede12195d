-- The first states of versions that have none.
INSERT INTO growth_rfmstate (version_id, membership_id, last_on, orders, amount_minor)
SELECT version_id, membership_id, last_on, orders, amount_minor FROM rfm_fresh WHERE last_on IS NOT NULL
ORDER BY version_id, membership_id
