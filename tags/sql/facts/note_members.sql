-- Leave a note that facts must be reckoned anew, one a membership: these people changed what is known of them.
-- Nothing can be old before a programme's facts were first reckoned, but a live fact may be on its way while they are.
-- Reads stores. Run twice it leaves two notes, as good as one.
INSERT INTO tags_factstale (membership_id)
SELECT DISTINCT membership.id
FROM (SELECT unnest(%(member_ids)s::bigint[]) AS member_id) AS told
CROSS JOIN LATERAL (SELECT id, programme_id FROM stores_membership WHERE member_id = told.member_id OFFSET 0) AS membership
JOIN stores_programme AS programme ON programme.id = membership.programme_id AND programme.tags_on
WHERE (%(is_live)s OR EXISTS (SELECT FROM tags_factclock WHERE programme_id = programme.id))
