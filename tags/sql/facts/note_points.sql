-- Leave notes that facts must be reckoned anew (tags_note): points were posted by these entries. Reads points.
SELECT tags_note(ARRAY(SELECT account_id FROM points_pointsentry WHERE id = ANY(%(entry_ids)s::bigint[])), %(is_live)s)
