-- Memberships of whom the window's orders, reckoned afresh before, show none. Of those whose last order lies before %(from_on)s nothing
-- is left in the window: that is written here. The others should have been seen there: they are answered, to be reckoned one by one.
WITH missing AS MATERIALIZED (
    SELECT state.id, state.membership_id, state.last_on
    FROM growth_rfmstate AS state
    JOIN rfm_scope AS scope ON scope.version_id = state.version_id
    WHERE (state.last_on >= %(from_on)s OR state.orders <> 0 OR state.amount_minor <> 0)
        AND NOT EXISTS (
            SELECT FROM rfm_fresh AS fresh WHERE fresh.version_id = state.version_id AND fresh.membership_id = state.membership_id
        )
), emptied AS (
    UPDATE growth_rfmstate AS state
    SET orders = 0, amount_minor = 0
    FROM missing
    WHERE state.id = missing.id AND missing.last_on < %(from_on)s
    RETURNING state.id
)
SELECT
    (SELECT count(*) FROM emptied) AS emptied,
    (SELECT array_agg(membership_id ORDER BY membership_id) FROM missing WHERE last_on >= %(from_on)s) AS membership_ids
