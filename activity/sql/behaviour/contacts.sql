-- Whose memberships the events of batch %(batch)s concern: of members who exist, and not those of a key known already, so that a refused
-- event opens none. Reads members_member.
SELECT staged.member_id, staged.store_id, min(staged.occurred_at) AS occurred_at
FROM activity_staged_event AS staged
JOIN members_member AS member ON member.id = staged.member_id AND member.merged_into_id IS NULL
WHERE staged.batch = %(batch)s AND NOT EXISTS (
    SELECT FROM activity_behavioureventkey AS known WHERE known.source = staged.source AND known.event_id = staged.event_id
)
GROUP BY 1, 2
ORDER BY 1, 2
