-- Whose memberships the after-sales of batch %(batch)s concern: the order's member, or the one named while the order is unknown.
SELECT DISTINCT coalesce(bought.member_id, staged.member_id) AS member_id, staged.store_id, staged.applied_at
FROM activity_staged_after_sale AS staged
LEFT JOIN activity_order AS bought ON bought.id = staged.order_id
WHERE staged.batch = %(batch)s AND staged.verdict IN ('new', 'newer', 'replay') AND coalesce(bought.member_id, staged.member_id) IS NOT NULL
ORDER BY 1, 2, 3
