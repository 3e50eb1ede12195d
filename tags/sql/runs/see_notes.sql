-- Take down the notes of members of programme %(programme_id)s whose tags must be judged again. A note that is committed later stays for
-- the next time; the statements that follow see at least what the notes taken here tell of (each statement reads anew).
INSERT INTO tags_seen (note_id, membership_id)
SELECT note.id, note.membership_id
FROM tags_tagdue AS note
JOIN stores_membership AS membership ON membership.id = note.membership_id
WHERE membership.programme_id = %(programme_id)s
