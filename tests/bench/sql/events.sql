-- Two events of the last sixty days a person, one in two hundred of them %(heavy)s's.
WITH drawn AS (
    SELECT
        i, CASE WHEN i %% 200 = 0 THEN %(heavy)s ELSE 1 + i %% %(members)s END AS member_id,
        %(now)s::timestamptz - interval '60 days' * (1 - i::float / (2 * %(members)s)) AS occurred_at
    FROM generate_series(1::bigint, 2 * %(members)s) AS i
), events AS (
    INSERT INTO activity_behaviourevent (
        id, source, event_id, member_id, store_id, kind, channel, origin, occurred_at, spu, sku, order_no, path, entrance, attributes, booked_at
    )
    SELECT
        i, 's01', 'bench-' || i, member_id, %(store_id)s, (ARRAY['view', 'enter', 'click', 'cart_add'])[1 + i %% 4], 'app', 'backfill',
        occurred_at, 'SPU' || i %% 1000, '', '', '/goods/' || i %% 1000, '', '{}', occurred_at
    FROM drawn
)
INSERT INTO activity_behavioureventkey (source, event_id, digest, behaviour_id, occurred_at)
SELECT 's01', 'bench-' || i, md5(i::text) || md5((-i)::text), i, occurred_at FROM drawn
