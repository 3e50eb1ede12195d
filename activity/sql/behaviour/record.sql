-- Write the events of batch %(batch)s whose key was new to this call, and note what became of all of them.
-- Each row looks up its own key: a join of the batch with itself is done row by row where the staging table has no statistics.
WITH judged AS (
    UPDATE activity_staged_event AS staged
    SET (verdict, behaviour_id) = (
        SELECT
            CASE
                WHEN known.behaviour_id = staged.behaviour_id THEN 'new'
                WHEN staged.behaviour_id IS NULL THEN 'member_not_found'
                WHEN known.digest = staged.digest THEN 'replay'
                ELSE 'version_conflict'
            END,
            known.behaviour_id
        FROM (VALUES (true)) AS always
        LEFT JOIN activity_behavioureventkey AS known ON known.source = staged.source AND known.event_id = staged.event_id
    )
    WHERE staged.batch = %(batch)s
    RETURNING staged.*
)
INSERT INTO activity_behaviourevent (
    id, source, event_id, member_id, store_id, kind, channel, origin, occurred_at, spu, sku, order_no, line_no, path, dwell_seconds,
    entrance, attributes, booked_at
)
SELECT
    behaviour_id, source, event_id, member_id, store_id, kind, channel, %(origin)s, occurred_at, spu, sku, order_no, line_no, path,
    dwell_seconds, entrance, attributes, %(booked_at)s
FROM judged
WHERE verdict = 'new'
ORDER BY occurred_at, behaviour_id
