-- States and clocks of retired versions of the programmes in scope: the published version has its own now.
WITH gone AS (
    SELECT version.id
    FROM growth_rfmversion AS version
    JOIN rfm_scope AS scope ON scope.programme_id = version.programme_id
    WHERE version.state = 'retired' AND version.id NOT IN (SELECT version_id FROM rfm_scope)
), clocks AS (
    DELETE FROM growth_rfmclock AS clock USING gone WHERE clock.version_id = gone.id
)
DELETE FROM growth_rfmstate AS state USING gone WHERE state.version_id = gone.id
