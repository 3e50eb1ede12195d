-- The single days that the notes ask for, of those whose days are not all asked for.
INSERT INTO summary_wanted (membership_id, store_id, day_on)
SELECT DISTINCT who.membership_id, who.store_id, note.day_on
FROM summary_note AS note
JOIN summary_who AS who ON who.member_id = note.member_id AND who.store_id = note.store_id AND NOT who.is_whole
