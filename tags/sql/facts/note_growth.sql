-- Leave notes that facts must be reckoned anew (tags_note): growth value was posted by these entries. Reads growth.
SELECT tags_note(ARRAY(SELECT account_id FROM growth_growthentry WHERE id = ANY(%(entry_ids)s::bigint[])), %(is_live)s)
