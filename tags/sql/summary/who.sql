-- Whose days the notes ask for. Reads stores. A member without a membership in the store's programme has no days there.
INSERT INTO summary_who (member_id, store_id, membership_id, time_zone, is_whole)
SELECT note.member_id, note.store_id, membership.id, programme.time_zone, note.is_whole
FROM (SELECT member_id, store_id, bool_or(day_on IS NULL) AS is_whole FROM summary_note GROUP BY member_id, store_id) AS note
JOIN stores_store AS store ON store.id = note.store_id
JOIN stores_programme AS programme ON programme.id = store.programme_id
JOIN stores_membership AS membership ON membership.member_id = note.member_id AND membership.programme_id = programme.id
