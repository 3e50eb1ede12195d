-- Take down the notes of changed memberships of the programmes in scope. A note that is committed later stays for the next time; the
-- statements that follow see at least what the notes taken here tell of (each statement reads anew).
INSERT INTO rfm_stale (note_id, membership_id)
SELECT note.id, note.membership_id
FROM growth_rfmstale AS note
JOIN stores_membership AS membership ON membership.id = note.membership_id
JOIN rfm_scope AS scope ON scope.programme_id = membership.programme_id
