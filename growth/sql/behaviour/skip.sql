-- Note of the events of batch %(batch)s what cannot be given just now, and why (ruling 4): one row for an event and a membership.
-- What was given for another event, or is only a deletion of something never given, is no loss and is not noted.
INSERT INTO core_effectskipped (effect_key, code, values, member_id, programme_id, occurred_at, booked_at)
SELECT
    'growth:' || staged.membership_id || ':event:' || staged.event_id, staged.skipped,
    jsonb_build_object('event_id', staged.event_id, 'membership_id', staged.membership_id, 'reason', staged.reason),
    membership.member_id, membership.programme_id, staged.occurred_at, %(booked_at)s
FROM growth_staged_event AS staged
JOIN stores_membership AS membership ON membership.id = staged.membership_id
WHERE staged.batch = %(batch)s AND staged.skipped <> ''
    AND NOT EXISTS (
        SELECT FROM growth_growthentry AS known WHERE known.account_id = staged.membership_id AND known.effect_key = staged.effect_key
    )
    AND (staged.reason <> 'review_deleted' OR EXISTS (
        SELECT FROM growth_growthentry AS given
        WHERE given.account_id = staged.membership_id AND given.effect_key = regexp_replace(staged.effect_key, ':deleted$', '')
    ))
ORDER BY 1
ON CONFLICT (effect_key) DO UPDATE SET code = EXCLUDED.code, booked_at = EXCLUDED.booked_at, settled_at = NULL
