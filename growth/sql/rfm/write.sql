-- Write what was reckoned afresh where it differs from the states; the rows touched are the differences.
MERGE INTO growth_rfmstate AS state
USING (SELECT version_id, membership_id, last_on, orders, amount_minor FROM rfm_fresh WHERE last_on IS NOT NULL) AS fresh
ON state.version_id = fresh.version_id AND state.membership_id = fresh.membership_id
WHEN MATCHED AND (state.last_on, state.orders, state.amount_minor) IS DISTINCT FROM (fresh.last_on, fresh.orders, fresh.amount_minor)
    THEN UPDATE SET last_on = fresh.last_on, orders = fresh.orders, amount_minor = fresh.amount_minor
WHEN NOT MATCHED THEN INSERT (version_id, membership_id, last_on, orders, amount_minor)
    VALUES (fresh.version_id, fresh.membership_id, fresh.last_on, fresh.orders, fresh.amount_minor)
