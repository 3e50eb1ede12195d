-- Take down at most %(limit)s notes of changed memberships of %(programme_id)s, the oldest first. A note that is committed later stays for
-- the next time; the statements that follow read anew, and see at least what these notes tell of. Writes facts_note alone.
INSERT INTO facts_note (note_id, membership_id)
SELECT note.id, note.membership_id
FROM tags_factstale AS note
CROSS JOIN LATERAL (SELECT programme_id FROM stores_membership WHERE id = note.membership_id OFFSET 0) AS membership
WHERE membership.programme_id = %(programme_id)s
ORDER BY note.id
LIMIT %(limit)s
