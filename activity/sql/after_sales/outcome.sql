-- What became of each staged after-sale of batch %(batch)s, in (applied_at, after_sale_no) order.
SELECT
    staged.item, staged.verdict, staged.after_sale_id, staged.order_id, staged.status, staged.was_status, known.version AS known_version
FROM activity_staged_after_sale AS staged
LEFT JOIN activity_aftersale AS known ON known.id = staged.after_sale_id
WHERE staged.batch = %(batch)s
ORDER BY staged.applied_at, staged.after_sale_no, staged.store_id
