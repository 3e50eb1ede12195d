-- Hold the memberships that the events %(event_ids)s concern until the transaction ends, in id order (ruling 2).
SELECT membership.id
FROM stores_membership AS membership
WHERE membership.member_id IN (SELECT event.member_id FROM activity_behaviourevent AS event WHERE event.id = ANY(%(event_ids)s))
ORDER BY membership.id
FOR NO KEY UPDATE
