-- What the entries of some programmes came to, by local day and sort: those booked within a period of each programme. of_kind: of the
-- entry that a restoration gives back. members: accounts that had nothing and have something now, less those the other way round.
-- Reads points and stores; writes nothing. %(since)s, %(until)s: the widest period, for the index of booked_at.
SELECT
    d.programme_id, (e.booked_at AT TIME ZONE d.zone)::date AS day_on, e.kind, e.delta > 0 AS raises, o.kind AS of_kind,
    sum(e.delta)::bigint AS delta, sum(e.owed)::bigint AS owed,
    sum((e.balance_after > 0)::integer - (e.balance_after - e.delta > 0)::integer)::integer AS members
FROM points_pointsentry e
-- Found by the entry, row by row (OFFSET 0), whatever the planner believes of tables that were just filled.
CROSS JOIN LATERAL (SELECT m.programme_id FROM stores_membership m WHERE m.id = e.account_id OFFSET 0) AS m
JOIN unnest(%(programme_ids)s::bigint[], %(zones)s::text[], %(froms)s::timestamptz[], %(untils)s::timestamptz[])
    AS d (programme_id, zone, from_at, until_at)
    ON d.programme_id = m.programme_id AND e.booked_at >= d.from_at AND e.booked_at < d.until_at
LEFT JOIN LATERAL (
    SELECT spent.kind FROM points_pointsentry spent WHERE e.kind = 'restore' AND spent.id = e.reverses_id OFFSET 0
) AS o ON true
WHERE e.booked_at >= %(since)s AND e.booked_at < %(until)s
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4, 5
