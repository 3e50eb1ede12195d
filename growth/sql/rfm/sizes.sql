-- How many notes were taken, and how many states the versions in scope have.
SELECT
    (SELECT count(DISTINCT membership_id) FROM rfm_stale) AS stale,
    (SELECT count(*) FROM growth_rfmstate AS state JOIN rfm_scope AS scope ON scope.version_id = state.version_id) AS states,
    (SELECT count(*) FROM rfm_fresh WHERE last_on IS NOT NULL) AS fresh
