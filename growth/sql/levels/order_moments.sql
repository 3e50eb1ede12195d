-- When each of the orders %(order_ids)s counted for whom: completed orders, for the store's programme and the platform's, where a published
-- scheme goes by orders. In the order of completion. Reads activity_order, growth and stores; writes nothing.
SELECT m.id AS membership_id, o.completed_at AS at, 'order:' || o.id AS source
FROM growth_schemeversion v
JOIN growth_levelscheme s ON s.id = v.scheme_id
JOIN stores_programme p ON p.id = s.programme_id AND p.growth_on
JOIN activity_order o ON o.id = ANY(%(order_ids)s) AND o.status = 'completed'
JOIN stores_store shop ON shop.id = o.store_id AND (p.kind = 'platform' OR shop.programme_id = p.id)
JOIN stores_membership m ON m.member_id = o.member_id AND m.programme_id = p.id
WHERE v.state = 'published' AND v.basis IN ('spend', 'order_count')
ORDER BY o.completed_at, o.id, m.id
