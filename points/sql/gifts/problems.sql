-- Why memberships of %(membership_ids)s cannot be given points just now; those that can are left out. Reads stores and members_member.
SELECT
    membership.id AS membership_id,
    CASE WHEN programme.points_on AND rules.id IS NOT NULL THEN 'member_frozen' ELSE 'points_off' END AS code
FROM stores_membership AS membership
JOIN members_member AS member ON member.id = membership.member_id
JOIN stores_programme AS programme ON programme.id = membership.programme_id
LEFT JOIN points_pointsversion AS rules ON rules.programme_id = programme.id AND rules.state = 'published'
WHERE membership.id = ANY(%(membership_ids)s)
    AND (NOT programme.points_on OR rules.id IS NULL OR membership.status <> 'active' OR member.status = 'frozen')
