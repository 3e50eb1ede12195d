-- The orders that the refunds %(after_sale_ids)s belong to. Reads activity_aftersale.
SELECT DISTINCT order_id FROM activity_aftersale WHERE id = ANY(%(after_sale_ids)s) AND order_id IS NOT NULL ORDER BY order_id
