-- What the notes told has been seen to.
DELETE FROM growth_rfmstale AS note USING rfm_stale AS seen WHERE note.id = seen.note_id
