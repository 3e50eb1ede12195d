-- The memberships that notes tell of, and at most %(limit)s of %(programme_id)s whose facts change by time alone on %(on)s or before.
-- Reads stores and members; writes facts_wanted alone.
INSERT INTO facts_wanted (membership_id, member_id, is_active)
SELECT membership.id, membership.member_id, membership.status = 'active' AND member.status = 'active'
FROM (
    SELECT membership_id FROM facts_note
    UNION
    (
        SELECT membership_id FROM tags_memberfact
        WHERE programme_id = %(programme_id)s AND next_change_on <= %(on)s
        ORDER BY next_change_on
        LIMIT %(limit)s
    )
) AS wanted
CROSS JOIN LATERAL (SELECT id, member_id, status FROM stores_membership WHERE id = wanted.membership_id OFFSET 0) AS membership
CROSS JOIN LATERAL (SELECT status FROM members_member WHERE id = membership.member_id OFFSET 0) AS member
