-- What was left in the lots of the account %(membership_id)s at %(at)s, by the entries and moves booked until then and the holds that were
-- active: lots with something left, in burn order. Reads points alone, and nothing that is kept up to date beside the entries.
SELECT
    l.id AS lot_id, l.entry_id, e.kind, l.amount, l.amount + moved.delta AS remaining, held.amount AS held,
    l.earned_at, l.available_from, l.ends_at
FROM points_pointslot l
JOIN points_pointsentry e ON e.id = l.entry_id AND e.booked_at <= %(at)s
CROSS JOIN LATERAL (
    SELECT coalesce(sum(v.delta), 0)::bigint AS delta
    FROM points_pointsmove v
    JOIN points_pointsentry by ON by.id = v.entry_id AND by.booked_at <= %(at)s
    WHERE v.lot_id = l.id
) moved
CROSS JOIN LATERAL (
    SELECT coalesce(sum(p.amount), 0)::bigint AS amount
    FROM points_holdpart p
    JOIN points_pointshold h ON h.id = p.hold_id
    WHERE p.lot_id = l.id AND h.created_at <= %(at)s AND h.expires_at > %(at)s AND (h.closed_at IS NULL OR h.closed_at > %(at)s)
) held
WHERE l.account_id = %(membership_id)s AND l.amount + moved.delta > 0
ORDER BY l.ends_at NULLS LAST, l.earned_at, l.id
