-- Say of each staged order of batch %(batch)s that is not written yet what is to be done with it (ruling 13): new, newer, replay, or the
-- code of a refusal. %(steps)s are the moves a status may make, "paid>shipped". Reads activity_order and members_member.
-- Writes only the staging table, and there only what has changed; a second run finds the same.
UPDATE activity_staged_order AS staged
SET order_id = judged.order_id, was_status = judged.was_status, verdict = judged.verdict
FROM (
    SELECT
        given.item, known.id AS order_id, known.status AS was_status,
        CASE
            WHEN member.id IS NULL THEN 'member_not_found'
            WHEN known.id IS NULL THEN 'new'
            WHEN known.member_id <> given.member_id THEN 'other_member'
            WHEN given.version < known.version THEN 'stale_version'
            WHEN given.version = known.version AND given.digest = known.digest THEN 'replay'
            WHEN given.version = known.version THEN 'version_conflict'
            WHEN NOT known.status || '>' || given.status = ANY(%(steps)s) THEN 'status_backwards'
            ELSE 'newer'
        END AS verdict
    FROM activity_staged_order AS given
    LEFT JOIN activity_order AS known ON known.order_no = given.order_no AND known.store_id = given.store_id
    LEFT JOIN members_member AS member ON member.id = given.member_id AND member.merged_into_id IS NULL
    WHERE given.batch = %(batch)s AND (given.verdict <> 'new' OR given.order_id IS NULL)
) AS judged
WHERE staged.batch = %(batch)s AND staged.item = judged.item
    AND (staged.order_id, staged.was_status, staged.verdict) IS DISTINCT FROM (judged.order_id, judged.was_status, judged.verdict)
