-- Those of the programmes %(programme_ids)s in which somebody has a points account. Reads points and stores.
SELECT p.id
FROM unnest(%(programme_ids)s::bigint[]) AS p (id)
WHERE EXISTS (
    SELECT FROM stores_membership m JOIN points_pointsaccount a ON a.membership_id = m.id WHERE m.programme_id = p.id
)
