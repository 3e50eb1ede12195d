-- Leave notes that facts must be reckoned anew (tags_note): these memberships are new, or their wallets changed.
SELECT tags_note(%(membership_ids)s::bigint[], %(is_live)s)
