-- What became of each staged order of batch %(batch)s, in (placed_at, order_no) order.
SELECT staged.item, staged.verdict, staged.order_id, staged.status, staged.was_status, known.version AS known_version
FROM activity_staged_order AS staged
LEFT JOIN activity_order AS known ON known.id = staged.order_id
WHERE staged.batch = %(batch)s
ORDER BY staged.placed_at, staged.order_no, staged.store_id
