-- Leave notes that facts must be reckoned anew (tags_note_points).
SELECT tags_note_points(%(entry_ids)s::bigint[], %(is_live)s)
