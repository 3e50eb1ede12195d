-- Note the keys of batch %(batch)s that are new, and say of each staged event whether it is new, a replay or a conflict (ruling 13).
-- Keys are written in order, so that two calls over the same events wait instead of locking up. Reads members_member.
WITH numbered AS (
    UPDATE activity_staged_event AS staged
    SET behaviour_id = nextval(pg_get_serial_sequence('activity_behaviourevent', 'id'))
    FROM members_member AS member
    WHERE staged.batch = %(batch)s AND member.id = staged.member_id AND member.merged_into_id IS NULL
    RETURNING staged.source, staged.event_id, staged.digest, staged.behaviour_id, staged.occurred_at
)
INSERT INTO activity_behavioureventkey (source, event_id, digest, behaviour_id, occurred_at)
SELECT source, event_id, digest, behaviour_id, occurred_at FROM numbered ORDER BY source, event_id
ON CONFLICT (source, event_id) DO NOTHING
