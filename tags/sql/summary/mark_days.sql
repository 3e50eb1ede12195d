-- Leave a note for every member who has a day from %(from_on)s to %(until_on)s at the stores %(store_ids)s, by what is kept and by what is
-- told. Reads activity and stores.
INSERT INTO tags_daystale (member_id, store_id, day_on)
SELECT membership.member_id, day.store_id, day.day_on
FROM tags_memberday AS day
JOIN stores_membership AS membership ON membership.id = day.membership_id
WHERE day.store_id = ANY(%(store_ids)s) AND day.day_on BETWEEN %(from_on)s AND %(until_on)s
UNION
SELECT told.member_id, told.store_id, (told.at AT TIME ZONE programme.time_zone)::date
FROM (
    SELECT member_id, store_id, paid_at AS at FROM activity_order WHERE paid_at IS NOT NULL
    UNION ALL
    SELECT member_id, store_id, settled_at FROM activity_aftersale WHERE status = 'refunded' AND member_id IS NOT NULL
    UNION ALL
    SELECT member_id, store_id, occurred_at FROM activity_behaviourevent
    WHERE occurred_at BETWEEN %(from_on)s::date - 2 AND %(until_on)s::date + 2  -- whole months of the table are passed over
) AS told
JOIN stores_store AS store ON store.id = told.store_id
JOIN stores_programme AS programme ON programme.id = store.programme_id
WHERE told.store_id = ANY(%(store_ids)s)
    AND (told.at AT TIME ZONE programme.time_zone)::date BETWEEN %(from_on)s AND %(until_on)s
