-- Who is behind the memberships %(membership_ids)s whose tags changed, in id order. store_ids: the stores of the programme.
-- Reads stores and members.
SELECT
    m.id AS membership_id, person.one_id, p.code AS programme,
    ARRAY(SELECT s.id FROM stores_store s WHERE s.programme_id = p.id ORDER BY s.id) AS store_ids
FROM stores_membership m
JOIN stores_programme p ON p.id = m.programme_id
JOIN members_member person ON person.id = m.member_id
WHERE m.id = ANY(%(membership_ids)s)
ORDER BY m.id
