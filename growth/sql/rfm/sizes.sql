-- How many memberships notes were taken of, how many states the versions in scope have, how many were reckoned afresh.
SELECT
    stale.members AS stale,
    CASE WHEN %(counts_states)s OR stale.members > 0 THEN (
        SELECT count(*) FROM growth_rfmstate AS state JOIN rfm_scope AS scope ON scope.version_id = state.version_id
    ) END AS states,
    (SELECT count(*) FROM rfm_fresh WHERE last_on IS NOT NULL) AS fresh
FROM (SELECT count(DISTINCT membership_id) AS members FROM rfm_stale) AS stale
