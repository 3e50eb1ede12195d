-- What the notes told has been seen to.
DELETE FROM tags_factstale AS note USING facts_note AS seen WHERE note.id = seen.note_id
