-- The fixed rates at which these orders (%(store_ids)s and %(order_nos)s, parallel arrays) were converted before: an order keeps its rate.
SELECT known.store_id, known.order_no, known.source_currency, known.source_rate
FROM unnest(%(store_ids)s::bigint[], %(order_nos)s::text[]) AS given (store_id, order_no)
JOIN activity_order AS known ON known.order_no = given.order_no AND known.store_id = given.store_id
WHERE known.source_rate IS NOT NULL
