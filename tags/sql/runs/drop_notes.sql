-- What the notes told has been seen to.
DELETE FROM tags_tagdue AS note USING tags_seen AS seen WHERE note.id = seen.note_id
