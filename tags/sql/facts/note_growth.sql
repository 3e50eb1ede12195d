-- Leave a note that facts must be reckoned anew, one a membership: growth value was posted by these entries.
-- Nothing can be old before a programme's facts were first reckoned, but a live fact may be on its way while they are.
-- Reads growth and stores. Run twice it leaves two notes, as good as one.
INSERT INTO tags_factstale (membership_id)
SELECT membership.id
FROM (SELECT DISTINCT account_id AS membership_id FROM growth_growthentry WHERE id = ANY(%(entry_ids)s::bigint[])) AS told
CROSS JOIN LATERAL (SELECT id, programme_id FROM stores_membership WHERE id = told.membership_id OFFSET 0) AS membership
JOIN stores_programme AS programme ON programme.id = membership.programme_id AND programme.tags_on
WHERE %(is_live)s OR EXISTS (SELECT FROM tags_factclock WHERE programme_id = programme.id)
