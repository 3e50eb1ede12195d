-- End the rows of tags whose rule holds no longer (A-34, TAG-15); answers how many of each tag. Nothing ends before it began.
WITH closed AS (
    UPDATE tags_membertag AS held
    SET ended_at = greatest(%(at)s, held.started_at), ended_by = %(actor)s
    FROM tags_flipped AS flip
    WHERE flip.layer = %(layer)s AND NOT flip.is_on AND held.membership_id = flip.membership_id AND held.tag_id = flip.tag_id
      AND held.source = 'rule' AND held.ended_at IS NULL
    RETURNING held.tag_id
)
SELECT tag_id, count(*) AS members FROM closed GROUP BY tag_id
