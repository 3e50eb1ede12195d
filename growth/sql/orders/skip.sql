-- Note of the orders of wave %(wave)s of batch %(batch)s what cannot be given just now, and why (ruling 4): one row for an order and a
-- membership, open again when it has been settled before. `replay_effects` tries again.
INSERT INTO core_effectskipped (effect_key, code, values, member_id, programme_id, occurred_at, booked_at)
SELECT
    'growth:' || staged.membership_id || ':order:' || staged.order_id, staged.skipped,
    jsonb_build_object(
        'order_id', staged.order_id, 'membership_id', staged.membership_id, 'growth', staged.effect - staged.before,
        'order_no', staged.details ->> 'order_no'
    ),
    membership.member_id, membership.programme_id, staged.occurred_at, %(booked_at)s
FROM growth_staged_order AS staged
JOIN stores_membership AS membership ON membership.id = staged.membership_id
WHERE staged.batch = %(batch)s AND staged.wave = %(wave)s AND staged.skipped <> '' AND staged.effect <> staged.before
    AND (staged.entries = 0 OR staged.counts_until IS NULL OR staged.effect < staged.before)
ORDER BY 1
ON CONFLICT (effect_key) DO UPDATE SET
    code = EXCLUDED.code, values = EXCLUDED.values, occurred_at = EXCLUDED.occurred_at, booked_at = EXCLUDED.booked_at, settled_at = NULL
