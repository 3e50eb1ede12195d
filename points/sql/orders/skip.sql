-- Note of the orders of batch %(batch)s what cannot be given just now, and why (ruling 4): one row for an order and a membership, open
-- again when it has been settled before. `replay_effects` tries again.
INSERT INTO core_effectskipped (effect_key, code, values, member_id, programme_id, occurred_at, booked_at)
SELECT
    'points:' || staged.membership_id || ':order:' || staged.order_id, staged.skipped,
    jsonb_build_object(
        'order_id', staged.order_id, 'membership_id', staged.membership_id, 'order_no', staged.details ->> 'order_no',
        'points', staged.purchase_change + staged.bonus_change - staged.spent_change
    ),
    membership.member_id, membership.programme_id, staged.occurred_at, %(booked_at)s
FROM points_staged_order AS staged
JOIN stores_membership AS membership ON membership.id = staged.membership_id
WHERE staged.batch = %(batch)s AND staged.skipped <> ''
    AND (staged.purchase_change <> 0 OR staged.bonus_change <> 0 OR staged.spent_change <> 0)
ORDER BY 1
ON CONFLICT (effect_key) DO UPDATE SET
    code = EXCLUDED.code, values = EXCLUDED.values, occurred_at = EXCLUDED.occurred_at, booked_at = EXCLUDED.booked_at, settled_at = NULL
