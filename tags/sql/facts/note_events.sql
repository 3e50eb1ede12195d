-- Leave a note that facts must be reckoned anew, one a membership: members did what these events say.
-- Nothing can be old before a programme's facts were first reckoned, but a live fact may be on its way while they are.
-- Reads activity and stores. Run twice it leaves two notes, as good as one.
INSERT INTO tags_factstale (membership_id)
SELECT DISTINCT membership.id
FROM (
    SELECT DISTINCT did.member_id, store.programme_id
    FROM unnest(%(event_ids)s::bigint[]) AS wanted (id)
    CROSS JOIN LATERAL (SELECT member_id, store_id FROM activity_behaviourevent WHERE id = wanted.id OFFSET 0) AS did
    LEFT JOIN stores_store AS store ON store.id = did.store_id
    WHERE %(is_live)s OR EXISTS (SELECT FROM tags_factclock)
) AS told
CROSS JOIN LATERAL (SELECT id, programme_id FROM stores_membership WHERE member_id = told.member_id OFFSET 0) AS membership
JOIN stores_programme AS programme ON programme.id = membership.programme_id AND programme.tags_on
WHERE (programme.kind = 'platform' OR told.programme_id = programme.id)
    AND (%(is_live)s OR EXISTS (SELECT FROM tags_factclock WHERE programme_id = programme.id))
