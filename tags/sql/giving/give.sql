-- Give tag %(tag_id)s by hand to those of the memberships %(membership_ids)s, locked by the caller, that are of its programme and not on
-- its list of exclusions, and say of each what came of it: new, had, never. Who has it by hand keeps the row, so a second run changes nothing.
WITH wanted AS (
    SELECT m.id AS membership_id, never.id IS NOT NULL AS is_never
    FROM stores_membership m
    LEFT JOIN tags_tagexclusion never ON never.membership_id = m.id AND never.tag_id = %(tag_id)s
    WHERE m.id = ANY(%(membership_ids)s) AND m.programme_id = %(programme_id)s
), given AS (
    INSERT INTO tags_membertag (membership_id, tag_id, source, why, reason, started_at, started_by, ended_by, end_reason)
    SELECT membership_id, %(tag_id)s, %(source)s, '{}', %(reason)s, %(at)s, %(actor)s, '', ''
    FROM wanted WHERE NOT is_never ORDER BY membership_id
    ON CONFLICT DO NOTHING
    RETURNING membership_id
)
SELECT
    wanted.membership_id,
    CASE WHEN wanted.is_never THEN 'never' WHEN given.membership_id IS NULL THEN 'had' ELSE 'new' END AS outcome
FROM wanted LEFT JOIN given USING (membership_id)
ORDER BY wanted.membership_id
