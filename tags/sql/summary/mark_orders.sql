-- Leave a note for each day on which the orders %(order_ids)s were paid; of a later version for all days of that member at that store, since
-- it may have stood elsewhere before. Reads activity and stores. Run twice it leaves two notes, as good as one.
INSERT INTO tags_daystale (member_id, store_id, day_on)
SELECT DISTINCT
    bought.member_id, bought.store_id,
    CASE WHEN bought.version = 1 THEN (bought.paid_at AT TIME ZONE programme.time_zone)::date END
FROM unnest(%(order_ids)s::bigint[]) AS wanted (id)
CROSS JOIN LATERAL (SELECT * FROM activity_order WHERE id = wanted.id OFFSET 0) AS bought
JOIN stores_store AS store ON store.id = bought.store_id
JOIN stores_programme AS programme ON programme.id = store.programme_id
WHERE bought.version > 1 OR bought.paid_at IS NOT NULL
