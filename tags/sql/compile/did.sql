-- How often members did something between two moments, a row a member who did; put into another statement (tags/rules/compiling.py).
-- last_day, first_day: local days since 1970. Reads activity and stores; writes nothing.
SELECT
    told.member_id,
    count(*) AS times,
    count(DISTINCT (told.occurred_at AT TIME ZONE {zone})::date) AS days,
    (max(told.occurred_at) AT TIME ZONE {zone})::date - DATE '1970-01-01' AS last_day,
    (min(told.occurred_at) AT TIME ZONE {zone})::date - DATE '1970-01-01' AS first_day
FROM activity_behaviourevent AS told
WHERE told.kind = {event} AND told.occurred_at >= {since} AND told.occurred_at < {until}
    AND {of_stores} AND {of_members} AND {matches}
GROUP BY told.member_id
