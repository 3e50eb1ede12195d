-- The next %(limit)s memberships of %(programme_id)s behind %(after)s, by id. Reads stores and members; writes facts_wanted alone.
INSERT INTO facts_wanted (membership_id, member_id, is_active)
SELECT membership.id, membership.member_id, membership.status = 'active' AND member.status = 'active'
FROM (
    SELECT id, member_id, status FROM stores_membership
    WHERE programme_id = %(programme_id)s AND id > %(after)s
    ORDER BY id
    LIMIT %(limit)s
) AS membership
CROSS JOIN LATERAL (SELECT status FROM members_member WHERE id = membership.member_id OFFSET 0) AS member
