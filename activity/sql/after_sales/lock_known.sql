-- Hold the recorded after-sales that batch %(batch)s speaks of until the transaction ends, in id order.
SELECT known.id
FROM activity_aftersale AS known
JOIN activity_staged_after_sale AS staged ON known.after_sale_no = staged.after_sale_no AND known.store_id = staged.store_id
WHERE staged.batch = %(batch)s
ORDER BY known.id
FOR NO KEY UPDATE OF known
