-- Leave a note for every membership that the completed orders %(order_ids)s, and those of %(after_sale_ids)s, concern and whose state may
-- hold an older truth: the order came late (its day was over at %(booked_at)s, or is reckoned in already) or is a later version of one.
-- Before the first reckoning nothing can be old, but a live order may be on its way while it runs. Reads activity and stores. Run twice
-- it leaves two notes, as good as one.
INSERT INTO growth_rfmstale (membership_id)
SELECT DISTINCT membership.id
FROM (
    SELECT unnest(%(order_ids)s::bigint[]) AS id
    UNION
    SELECT after_sale.order_id FROM activity_aftersale AS after_sale WHERE after_sale.id = ANY(%(after_sale_ids)s::bigint[])
) AS wanted
-- Each step finds its few rows by the one before (OFFSET 0): tables that were just filled look empty to the planner.
CROSS JOIN LATERAL (SELECT * FROM activity_order WHERE id = wanted.id OFFSET 0) AS bought
CROSS JOIN LATERAL (SELECT * FROM stores_store WHERE id = bought.store_id OFFSET 0) AS store
CROSS JOIN LATERAL (SELECT * FROM stores_membership WHERE member_id = bought.member_id OFFSET 0) AS membership
JOIN LATERAL (SELECT * FROM stores_programme WHERE id = membership.programme_id OFFSET 0) AS programme
    ON programme.id = store.programme_id OR programme.kind = 'platform'
JOIN growth_rfmversion AS version ON version.programme_id = programme.id AND version.state = 'published'
LEFT JOIN growth_rfmclock AS clock ON clock.version_id = version.id
WHERE bought.status = 'completed'
    AND (clock.as_of_on IS NOT NULL OR %(is_live)s)
    AND (
        bought.version > 1
        OR bought.completed_at < date_trunc('day', %(booked_at)s::timestamptz, programme.time_zone)
        OR bought.completed_at < ((clock.as_of_on + 1)::timestamp AT TIME ZONE programme.time_zone)
    )
