-- Hold the recorded orders that batch %(batch)s speaks of until the transaction ends, in id order.
SELECT known.id
FROM activity_order AS known
JOIN activity_staged_order AS staged ON known.order_no = staged.order_no AND known.store_id = staged.store_id
WHERE staged.batch = %(batch)s
ORDER BY known.id
FOR NO KEY UPDATE OF known
