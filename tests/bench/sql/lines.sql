-- The lines of %(orders)s orders: one to four, two on average, each at the order's one price, so that amounts can be told from the id.
INSERT INTO activity_orderline (
    order_id, line_no, sku, spu, name, brand, category, attributes, unit_price_minor, quantity, paid_minor, refunded_minor, refunded_quantity,
    is_virtual, is_gift_card
)
SELECT
    i, line, 'SKU' || (i * 31 + line * 17) %% 5000, 'SPU' || (i * 31 + line * 17) %% 1000, '春夏新款连衣裙 ' || (i * 31 + line * 17) %% 5000,
    (ARRAY['A品牌', 'B品牌', 'C品牌', 'D品牌'])[1 + i %% 4], (ARRAY['女装/连衣裙', '母婴/奶粉', '家居/厨房', '女装/外套'])[1 + i %% 4],
    '{"size": "M"}', 990 + i * 7919 %% 30000, 1, 990 + i * 7919 %% 30000, 0, 0, false, false
FROM generate_series(1::bigint, %(orders)s) AS i
CROSS JOIN LATERAL generate_series(1, (ARRAY[1, 1, 1, 1, 2, 2, 2, 3, 3, 4])[1 + i %% 10]) AS line
ORDER BY i, line
