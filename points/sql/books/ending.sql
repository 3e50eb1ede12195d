-- Free points of active members that end within the windows of their programme, as points/rules/reminders.py names them, one row for each
-- last day, from the one after (%(after)s, %(after_on)s) on. Held points are as good as spent. Reads points, members and stores.
SELECT m.id AS membership_id, m.member_id, w.programme_id, w.days, w.last_on, sum(l.remaining - l.held)::bigint AS points
FROM unnest(%(programme_ids)s::bigint[], %(days)s::integer[], %(last_ons)s::date[], %(froms)s::timestamptz[], %(untils)s::timestamptz[],
    %(known_befores)s::timestamptz[]) AS w (programme_id, days, last_on, from_at, until_at, known_before)
JOIN points_pointslot l ON l.is_open AND l.ends_at > w.from_at AND l.ends_at <= w.until_at AND l.remaining > l.held
JOIN points_pointsentry e ON e.id = l.entry_id AND e.booked_at < w.known_before
JOIN stores_membership m ON m.id = l.account_id AND m.programme_id = w.programme_id AND m.status = 'active'
JOIN members_member person ON person.id = m.member_id AND person.status = 'active'
WHERE (m.id, w.last_on) > (%(after)s, %(after_on)s)
GROUP BY m.id, m.member_id, w.programme_id, w.days, w.last_on
ORDER BY m.id, w.last_on
LIMIT %(limit)s
