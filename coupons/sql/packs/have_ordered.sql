-- Which of %(membership_ids)s have an order that is not cancelled, in a store of their programme; of the platform's programme in any store.
-- Reads stores and activity.
SELECT membership.id AS membership_id
FROM stores_membership AS membership
JOIN stores_programme AS programme ON programme.id = membership.programme_id
WHERE membership.id = ANY(%(membership_ids)s)
    AND EXISTS (
        SELECT FROM activity_order AS bought
        JOIN stores_store AS store ON store.id = bought.store_id
        WHERE bought.member_id = membership.member_id AND bought.status <> 'cancelled'
            AND (programme.kind = 'platform' OR store.programme_id = programme.id)
    )
