-- %(orders)s orders of the last two years, in the order in which they were placed. A few people buy much (the first ones), seven of ten
-- orders go to one's home store, the k-th store has one k-th of the customers. Every %(heavy_every)s-th order is %(heavy)s's, five are
-- %(light)s's, who buys nothing else.
WITH drawn AS (
    SELECT
        i, random() AS moved, floor(exp(random() * ln(%(stores)s + 1)))::integer AS other_store,
        CASE
            WHEN i %% %(heavy_every)s = 0 THEN %(heavy)s
            WHEN i = ANY(%(light_orders)s) THEN %(light)s
            ELSE 1 + floor((%(members)s - 2) * power(random(), 1.5))::bigint
        END AS member_id,
        %(now)s::timestamptz - interval '730 days' * (1 - i::float / %(orders)s) AS placed_at,
        (990 + i * 7919 %% 30000) * (ARRAY[1, 1, 1, 1, 2, 2, 2, 3, 3, 4])[1 + i %% 10] AS amount
    FROM generate_series(1::bigint, %(orders)s) AS i
), aged AS (
    SELECT *,
        CASE WHEN moved < 0.7 THEN floor(exp(member_id * 48271 %% 65537 / 65537.0 * ln(%(stores)s + 1)))::integer ELSE other_store END AS store,
        CASE
            WHEN i %% 25 = 3 THEN 'cancelled'
            WHEN placed_at < %(now)s::timestamptz - interval '12 days' THEN 'completed'
            WHEN placed_at < %(now)s::timestamptz - interval '5 days' THEN 'received'
            WHEN placed_at < %(now)s::timestamptz - interval '3 days' THEN 'shipped'
            ELSE 'paid'
        END AS status
    FROM drawn
)
INSERT INTO activity_order (
    id, store_id, order_no, version, digest, member_id, status, channel, origin, currency, goods_minor, discount_minor, coupon_minor,
    points_minor, points_used, postage_minor, paid_minor, settled_minor, refunded_minor, net_minor, source_currency, placed_at, paid_at, shipped_at,
    received_at, completed_at, cancelled_at, receiver_name, receiver_phone, receiver_address, country, coupon_codes, booked_at
)
SELECT
    i, (%(store_ids)s::bigint[])[store], 'B' || to_char(placed_at AT TIME ZONE 'UTC', 'YYMMDD') || lpad(i::text, 9, '0'), 1,
    md5(i::text) || md5((-i)::text), member_id, status, (ARRAY['app', 'web', 'mini_program', 'pos'])[1 + i %% 4], 'backfill', 'CNY',
    amount, 0, 0, 0, 0, 0, amount, amount, 0, amount, '', placed_at, placed_at + interval '5 minutes',
    CASE WHEN status IN ('shipped', 'received', 'completed') THEN placed_at + interval '1 day' END,
    CASE WHEN status IN ('received', 'completed') THEN placed_at + interval '4 days' END,
    CASE WHEN status = 'completed' THEN placed_at + interval '11 days' END,
    CASE WHEN status = 'cancelled' THEN placed_at + interval '1 hour' END,
    '收件人', '+86199' || lpad((member_id * 387420489 %% 100000000)::text, 8, '0'), '广东省深圳市南山区科技路' || member_id %% 900 || '号', '', '[]',
    placed_at
FROM aged
ORDER BY i
