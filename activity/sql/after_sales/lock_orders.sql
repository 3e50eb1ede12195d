-- Hold the orders that after-sales of batch %(batch)s speak of until the transaction ends, in id order.
SELECT bought.id
FROM activity_order AS bought
JOIN activity_staged_after_sale AS staged ON bought.order_no = staged.order_no AND bought.store_id = staged.store_id
WHERE staged.batch = %(batch)s
ORDER BY bought.id
FOR NO KEY UPDATE OF bought
