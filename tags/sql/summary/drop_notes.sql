-- What the notes told has been seen to.
DELETE FROM tags_daystale AS note USING summary_note AS seen WHERE note.id = seen.id
