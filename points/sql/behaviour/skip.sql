-- Note of the events of batch %(batch)s what cannot be given or taken back just now, and why (ruling 4): one row for an event and a
-- membership. What was given for another event, or is only a deletion of something never given, is no loss and is not noted.
INSERT INTO core_effectskipped (effect_key, code, values, member_id, programme_id, occurred_at, booked_at)
SELECT
    'points:' || staged.membership_id || ':event:' || staged.event_id, staged.skipped,
    jsonb_build_object(
        'event_id', staged.event_id, 'membership_id', staged.membership_id, 'rule', staged.rule,
        'points', coalesce(-given.requested, staged.points)
    ),
    membership.member_id, membership.programme_id, staged.occurred_at, %(booked_at)s
FROM points_staged_event AS staged
JOIN stores_membership AS membership ON membership.id = staged.membership_id
LEFT JOIN points_pointsentry AS given ON given.account_id = staged.membership_id AND given.effect_key = staged.effect_key
WHERE staged.batch = %(batch)s AND staged.skipped <> '' AND CASE
    WHEN staged.takes_back THEN given.id IS NOT NULL AND NOT EXISTS (
        SELECT FROM points_pointsentry AS known
        WHERE known.account_id = staged.membership_id AND known.effect_key = staged.effect_key || ':deleted'
    )
    ELSE given.id IS NULL
END
ORDER BY 1
ON CONFLICT (effect_key) DO UPDATE SET
    code = EXCLUDED.code, values = EXCLUDED.values, occurred_at = EXCLUDED.occurred_at, booked_at = EXCLUDED.booked_at, settled_at = NULL
