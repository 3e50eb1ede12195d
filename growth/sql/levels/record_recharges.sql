-- What the wallets of %(membership_ids)s were recharged with since they were last heard of: the wallet system tells its total, the
-- difference to what is known counts at the wallet's moment (LVL-22). Reads activity_walletbalance; a second run finds no difference.
INSERT INTO growth_measure (membership_id, kind, amount, effect_key, occurred_at, booked_at)
SELECT w.membership_id, 'recharge', w.recharge_total_minor - known.total, 'wallet:' || w.as_of, w.as_of, %(booked_at)s
FROM activity_walletbalance w
CROSS JOIN LATERAL (
    SELECT coalesce(sum(x.amount), 0)::bigint AS total FROM growth_measure x WHERE x.membership_id = w.membership_id AND x.kind = 'recharge'
) known
WHERE w.membership_id = ANY(%(membership_ids)s) AND w.recharge_total_minor <> known.total
ON CONFLICT (membership_id, kind, effect_key) DO UPDATE SET amount = growth_measure.amount + excluded.amount
RETURNING membership_id, occurred_at AS at
