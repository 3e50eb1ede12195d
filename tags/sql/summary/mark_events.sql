-- The same for what was done in shops: events %(event_ids)s that the summary counts, with a store.
INSERT INTO tags_daystale (member_id, store_id, day_on)
SELECT DISTINCT did.member_id, did.store_id, (did.occurred_at AT TIME ZONE programme.time_zone)::date
FROM unnest(%(event_ids)s::bigint[]) AS wanted (id)
CROSS JOIN LATERAL (SELECT * FROM activity_behaviourevent WHERE id = wanted.id OFFSET 0) AS did
JOIN stores_store AS store ON store.id = did.store_id
JOIN stores_programme AS programme ON programme.id = store.programme_id
WHERE did.dwell_seconds IS NOT NULL
    OR did.kind IN (
        'cart_add', 'cart_remove', 'favourite', 'unfavourite', 'click', 'review.approved', 'photo_review.approved'
    )
