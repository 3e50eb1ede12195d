-- The same for the days on which the after-sales %(after_sale_ids)s were settled.
INSERT INTO tags_daystale (member_id, store_id, day_on)
SELECT DISTINCT
    refund.member_id, refund.store_id,
    CASE WHEN refund.version = 1 THEN (refund.settled_at AT TIME ZONE programme.time_zone)::date END
FROM unnest(%(after_sale_ids)s::bigint[]) AS wanted (id)
CROSS JOIN LATERAL (SELECT * FROM activity_aftersale WHERE id = wanted.id OFFSET 0) AS refund
JOIN stores_store AS store ON store.id = refund.store_id
JOIN stores_programme AS programme ON programme.id = store.programme_id
WHERE refund.member_id IS NOT NULL AND (refund.version > 1 OR refund.settled_at IS NOT NULL)
