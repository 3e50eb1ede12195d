-- Write the events of batch %(batch)s whose key was new to this call, and note what became of all of them.
WITH judged AS (
    UPDATE activity_staged_event AS staged
    SET verdict = CASE
            WHEN known.behaviour_id = given.behaviour_id THEN 'new'
            WHEN given.behaviour_id IS NULL THEN 'member_not_found'
            WHEN known.digest = given.digest THEN 'replay'
            ELSE 'version_conflict'
        END,
        behaviour_id = known.behaviour_id
    FROM activity_staged_event AS given
    LEFT JOIN activity_behavioureventkey AS known ON known.source = given.source AND known.event_id = given.event_id
    WHERE given.batch = %(batch)s AND staged.batch = given.batch AND staged.item = given.item
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
