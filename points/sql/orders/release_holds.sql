-- Let go of the active holds that name the cancelled orders %(order_ids)s (ruling 15). Answers the entries that followed, in posting
-- order; a second run finds no active hold. Reads activity_order; the caller holds the memberships.
SELECT followed.id
FROM (
    SELECT hold.id
    FROM unnest(%(order_ids)s::bigint[]) AS wanted (id)
    CROSS JOIN LATERAL (SELECT * FROM activity_order WHERE id = wanted.id AND status = 'cancelled' OFFSET 0) AS bought
    CROSS JOIN LATERAL (
        SELECT * FROM points_pointshold
        WHERE store_id = bought.store_id AND order_no = bought.order_no AND order_no <> '' AND state = 'active'
        OFFSET 0
    ) AS hold
    JOIN stores_membership AS membership ON membership.id = hold.account_id AND membership.member_id = bought.member_id
    ORDER BY hold.account_id, hold.id
) AS due
CROSS JOIN LATERAL points_let_go(due.id, %(actor)s, %(at)s) AS ended
CROSS JOIN LATERAL unnest(ended.also) AS followed (id)
ORDER BY followed.id
