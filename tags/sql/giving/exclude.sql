-- Put those of the memberships %(membership_ids)s that are of the tag's programme on its list of exclusions; answers who was not on it.
INSERT INTO tags_tagexclusion (membership_id, tag_id, reason, actor, created_at)
SELECT m.id, %(tag_id)s, %(reason)s, %(actor)s, %(at)s
FROM stores_membership m
WHERE m.id = ANY(%(membership_ids)s) AND m.programme_id = %(programme_id)s
ORDER BY m.id
ON CONFLICT DO NOTHING
RETURNING membership_id
