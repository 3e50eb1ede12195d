-- Leave notes that facts must be reckoned anew (tags_note): members did what these events say, on the platform and in the event's store.
-- Reads activity and stores.
SELECT tags_note(ARRAY(
    SELECT membership.id
    FROM (
        SELECT DISTINCT did.member_id, store.programme_id
        FROM unnest(%(event_ids)s::bigint[]) AS wanted (id)
        CROSS JOIN LATERAL (SELECT member_id, store_id FROM activity_behaviourevent WHERE id = wanted.id OFFSET 0) AS did
        LEFT JOIN stores_store AS store ON store.id = did.store_id
        WHERE %(is_live)s OR EXISTS (SELECT FROM tags_factclock)
    ) AS told
    CROSS JOIN LATERAL (SELECT id, programme_id FROM stores_membership WHERE member_id = told.member_id OFFSET 0) AS membership
    JOIN stores_programme AS programme ON programme.id = membership.programme_id
    WHERE programme.kind = 'platform' OR programme.id = told.programme_id
), %(is_live)s)
