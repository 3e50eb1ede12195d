-- Categories of the lines of the newest %(newest)s orders of each store of the programme %(programme_id)s, of every store for the platform's;
-- '' among them for lines without one. Reads activity and stores.
SELECT DISTINCT line.category
FROM stores_programme p
JOIN stores_store s ON s.programme_id = p.id OR p.kind = 'platform'
CROSS JOIN LATERAL (
    SELECT o.id FROM activity_order o WHERE o.store_id = s.id ORDER BY o.placed_at DESC, o.id DESC LIMIT %(newest)s
) newest
JOIN activity_orderline line ON line.order_id = newest.id
WHERE p.id = %(programme_id)s
