-- Hold the memberships that the orders %(order_ids)s concern until the transaction ends, in id order (ruling 2).
SELECT membership.id
FROM stores_membership AS membership
WHERE membership.member_id IN (SELECT bought.member_id FROM activity_order AS bought WHERE bought.id = ANY(%(order_ids)s))
ORDER BY membership.id
FOR NO KEY UPDATE
