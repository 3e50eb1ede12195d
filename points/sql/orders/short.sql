-- Note which points could not be spent again on an order whose refund was taken back, since the member has them no longer: the staged
-- entries of batch %(batch)s found short. `replay_effects` tries again.
INSERT INTO core_effectskipped (effect_key, code, values, member_id, programme_id, occurred_at, booked_at)
SELECT
    'points:' || entry.membership_id || ':order:' || entry.source_id, 'insufficient_points',
    jsonb_build_object(
        'order_id', entry.source_id::bigint, 'membership_id', entry.membership_id, 'order_no', entry.details ->> 'order_no',
        'points', entry.requested, 'available', entry.available
    ),
    membership.member_id, membership.programme_id, entry.occurred_at, %(booked_at)s
FROM points_staged_entry AS entry
JOIN stores_membership AS membership ON membership.id = entry.membership_id
WHERE entry.batch = %(batch)s AND entry.verdict = 'short'
ORDER BY 1
ON CONFLICT (effect_key) DO UPDATE SET
    code = EXCLUDED.code, values = EXCLUDED.values, occurred_at = EXCLUDED.occurred_at, booked_at = EXCLUDED.booked_at, settled_at = NULL
