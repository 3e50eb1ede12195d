-- The refunded after-sales among %(after_sale_ids)s, or all of the orders %(order_ids)s, and whose turn is when: those taken off earlier
-- stay ahead, so that a late one never takes money back from them.
SELECT id, row_number() OVER (PARTITION BY order_id ORDER BY effects_at NULLS LAST, settled_at, id) AS turn
FROM activity_aftersale
WHERE status = 'refunded' AND order_id IS NOT NULL AND (id = ANY(%(after_sale_ids)s) OR order_id = ANY(%(order_ids)s))
ORDER BY turn, id
