-- The notes of the wanted memberships: reckoning their rows sees to them too. Writes facts_note alone.
INSERT INTO facts_note (note_id, membership_id)
SELECT note.id, note.membership_id FROM tags_factstale AS note JOIN facts_wanted AS wanted USING (membership_id)
