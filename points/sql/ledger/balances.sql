-- What each of the memberships %(membership_ids)s holds at %(at)s, by the clock: lots that have ended no longer count as available, and
-- holds whose time is over no longer hold, whether or not a job has said so. Points that such holds let go of pay debts first.
-- Every id is answered once. Reads only.
SELECT
    wanted.id AS membership_id, coalesce(account.balance, 0) AS balance, coalesce(free.held, 0)::bigint AS held,
    coalesce(free.pending, 0)::bigint AS pending, coalesce(greatest(free.available - account.debt, 0), 0)::bigint AS available,
    coalesce(account.debt, 0) AS debt, free.next_end_at,
    coalesce(CASE WHEN free.next_end_at IS NOT NULL THEN free.next_end_points END, 0)::bigint AS next_end_points
FROM (SELECT DISTINCT unnest(%(membership_ids)s::bigint[]) AS id) AS wanted
LEFT JOIN points_pointsaccount AS account ON account.membership_id = wanted.id
LEFT JOIN LATERAL (
    SELECT
        sum(lot.held) AS held,
        sum(lot.free) FILTER (WHERE lot.lives AND lot.available_from > %(at)s) AS pending,
        sum(lot.free) FILTER (WHERE lot.lives AND lot.available_from <= %(at)s) AS available,
        min(lot.ends_at) FILTER (WHERE lot.lives AND lot.free > 0) AS next_end_at,
        sum(lot.free) FILTER (WHERE lot.lives AND lot.ends_at = lot.soonest) AS next_end_points
    FROM (
        SELECT one.*, min(one.ends_at) FILTER (WHERE one.lives AND one.free > 0) OVER () AS soonest
        FROM (
            SELECT
                own.available_from, own.ends_at, own.ends_at IS NULL OR own.ends_at > %(at)s AS lives,
                coalesce(aside.held, 0) AS held, own.remaining - coalesce(aside.held, 0) AS free
            FROM points_pointslot AS own
            LEFT JOIN LATERAL (
                SELECT sum(part.amount) AS held
                FROM points_pointshold AS hold
                JOIN points_holdpart AS part ON part.hold_id = hold.id
                WHERE own.held > 0 AND hold.account_id = own.account_id AND hold.state = 'active' AND hold.expires_at > %(at)s
                    AND part.lot_id = own.id
            ) AS aside ON true
            WHERE own.account_id = wanted.id AND own.is_open
        ) AS one
    ) AS lot
) AS free ON true
