-- Whether the membership %(membership_id)s joined less than %(days)s days before %(at)s and has completed no order in a store of its programme -
-- of the platform's in any store (CPN-03, CPN-09). No row where not, or where it is frozen or has left. Reads stores and activity.
SELECT membership.id
FROM stores_membership AS membership
JOIN stores_programme AS programme ON programme.id = membership.programme_id
WHERE membership.id = %(membership_id)s AND membership.status = 'active' AND membership.joined_at > %(at)s - make_interval(days => %(days)s)
    AND NOT EXISTS (
        SELECT FROM activity_order AS bought
        JOIN stores_store AS store ON store.id = bought.store_id
        WHERE bought.member_id = membership.member_id AND bought.status = 'completed'
            AND (programme.kind = 'platform' OR store.programme_id = programme.id)
    )
