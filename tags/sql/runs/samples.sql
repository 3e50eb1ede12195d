-- Of all that has flipped in this transaction, a few members of each tag and direction, by id.
SELECT tag_id, is_on, (array_agg(membership_id ORDER BY membership_id))[:%(limit)s] AS membership_ids
FROM tags_flipped GROUP BY tag_id, is_on
