-- Leave notes that facts must be reckoned anew (tags_note): levels changed as these rows of history say. Reads growth.
SELECT tags_note(ARRAY(SELECT membership_id FROM growth_levelhistory WHERE id = ANY(%(history_ids)s::bigint[])), %(is_live)s)
