-- All that has flipped in this transaction, by member.
SELECT membership_id, tag_id, is_on FROM tags_flipped ORDER BY membership_id, tag_id
