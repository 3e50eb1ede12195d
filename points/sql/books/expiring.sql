-- What is left in the open lots of the programme %(programme_id)s that end after %(since)s and by %(until)s, by the month of the last
-- local day on which it can be spent: free, and set aside by holds. By the index of ends, or of accounts where
-- the programme is small. Reads points and stores; writes nothing.
SELECT
    date_trunc('month', (l.ends_at - interval '1 microsecond') AT TIME ZONE %(zone)s)::date AS month_on,
    sum(l.remaining - l.held)::bigint AS free,
    sum(l.held)::bigint AS held
FROM points_pointslot l
JOIN stores_membership m ON m.id = l.account_id AND m.programme_id = %(programme_id)s
WHERE l.is_open AND l.ends_at > %(since)s AND l.ends_at <= %(until)s
GROUP BY 1
ORDER BY 1
