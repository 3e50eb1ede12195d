-- The refunds of %(order_ids)s that were settled after the order was completed, up to %(counts_until)s (empty: all).
SELECT after_sale.id, after_sale.order_id
FROM activity_aftersale AS after_sale
JOIN activity_order AS bought ON bought.id = after_sale.order_id
WHERE bought.id = ANY(%(order_ids)s) AND after_sale.status = 'refunded' AND after_sale.settled_at > bought.completed_at
    AND (%(counts_until)s::timestamptz IS NULL OR after_sale.settled_at <= %(counts_until)s)
