-- Leave notes that facts must be reckoned anew (tags_note): these people changed what is known of them. Reads stores.
SELECT tags_note(ARRAY(SELECT id FROM stores_membership WHERE member_id = ANY(%(member_ids)s::bigint[])), %(is_live)s)
