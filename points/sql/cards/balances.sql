-- What the members %(member_ids)s have of points at %(at)s, for the head of the member page: one statement, since that page may take twelve.
-- %(programme_ids)s: what the caller reaches, NULL for everything. What is spendable follows the clock: lots that have ended count no more
-- and holds whose time is over hold nothing, whether or not a job has said so. Reads stores' memberships and programmes.
WITH asked AS (
    SELECT membership.id, membership.member_id, membership.programme_id, programme.code, programme.name, programme.time_zone, programme.currency,
           programme.kind = 'platform' AS is_platform
    FROM stores_membership AS membership
    JOIN stores_programme AS programme ON programme.id = membership.programme_id AND programme.points_on
    WHERE membership.member_id = ANY(%(member_ids)s)
      AND (%(programme_ids)s::bigint[] IS NULL OR membership.programme_id = ANY(%(programme_ids)s))
), void AS (
    SELECT part.lot_id, sum(part.amount) AS amount
    FROM points_pointshold AS hold
    JOIN points_holdpart AS part ON part.hold_id = hold.id
    WHERE hold.account_id IN (SELECT id FROM asked) AND hold.state = 'active' AND hold.expires_at <= %(at)s
    GROUP BY part.lot_id
), free AS (
    SELECT lot.account_id, lot.ends_at, lot.available_from <= %(at)s AS is_spendable, lot.remaining - lot.held + coalesce(void.amount, 0) AS points
    FROM points_pointslot AS lot
    LEFT JOIN void ON void.lot_id = lot.id
    WHERE lot.account_id IN (SELECT id FROM asked) AND lot.is_open AND (lot.ends_at > %(at)s OR lot.ends_at IS NULL)
), ending AS (
    SELECT DISTINCT ON (account_id) account_id, ends_at, sum(points) AS points
    FROM free
    WHERE points > 0 AND ends_at IS NOT NULL
    GROUP BY account_id, ends_at
    ORDER BY account_id, ends_at
)
SELECT asked.member_id, asked.id AS membership_id, asked.programme_id, asked.code AS programme_code, asked.name AS programme_name, asked.time_zone,
       asked.currency, rules.redeem_value_minor AS value_minor,
       coalesce(account.balance, 0) AS balance, coalesce(account.debt, 0) AS debt,
       coalesce(account.held, 0) - coalesce((SELECT sum(void.amount) FROM void JOIN points_pointslot AS lot ON lot.id = void.lot_id
                                             WHERE lot.account_id = asked.id), 0)::bigint AS held,
       coalesce(counted.available, 0)::bigint AS available, coalesce(counted.pending, 0)::bigint AS pending,
       ending.ends_at AS next_end_at, ending.points::bigint AS next_end_points
FROM asked
LEFT JOIN points_pointsaccount AS account ON account.membership_id = asked.id
LEFT JOIN LATERAL (
    SELECT sum(points) FILTER (WHERE is_spendable) AS available, sum(points) FILTER (WHERE NOT is_spendable) AS pending
    FROM free
    WHERE free.account_id = asked.id
) AS counted ON true
LEFT JOIN ending ON ending.account_id = asked.id
LEFT JOIN points_pointsversion AS rules ON rules.programme_id = asked.programme_id AND rules.state = 'published'
ORDER BY asked.member_id, asked.is_platform DESC, asked.code
