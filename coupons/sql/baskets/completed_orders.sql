-- How many orders the member of %(membership_id)s has completed in stores of its programme - of the platform's in all stores (CPN-11).
-- Reads activity, stores.
SELECT count(*) AS orders
FROM stores_membership AS membership
JOIN stores_programme AS programme ON programme.id = membership.programme_id
JOIN activity_order AS bought ON bought.member_id = membership.member_id AND bought.status = 'completed'
JOIN stores_store AS store ON store.id = bought.store_id
WHERE membership.id = %(membership_id)s AND (programme.kind = 'platform' OR store.programme_id = programme.id)
