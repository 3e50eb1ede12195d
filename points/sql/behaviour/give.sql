-- Stage under %(batch)s what the events of %(from_batch)s give: not given before, not twice in the batch, within the cap of the local day.
-- A day's cap counts what the ledger holds (PTS-03). A second run stages nothing.
WITH ranked AS (
    SELECT
        fresh.*, row_number() OVER (PARTITION BY fresh.membership_id, fresh.rule, fresh.local_on ORDER BY fresh.item) + fresh.had AS place
    FROM (
        SELECT DISTINCT ON (staged.membership_id, staged.effect_key)
            staged.*,
            CASE WHEN staged.daily_cap IS NULL THEN 0 ELSE (
                SELECT count(*)
                FROM points_pointsentry AS had
                WHERE had.account_id = staged.membership_id AND had.kind = 'earn' AND had.source_type = 'event' AND had.rule = staged.rule
                    AND had.occurred_at >= staged.local_on::timestamp AT TIME ZONE staged.time_zone
                    AND had.occurred_at < (staged.local_on + 1)::timestamp AT TIME ZONE staged.time_zone
            ) END AS had
        FROM points_staged_event AS staged
        WHERE staged.batch = %(from_batch)s AND staged.skipped = '' AND NOT staged.takes_back
            AND NOT EXISTS (
                SELECT FROM points_pointsentry AS known
                WHERE known.account_id = staged.membership_id AND known.effect_key = staged.effect_key
            )
        ORDER BY staged.membership_id, staged.effect_key, staged.item
    ) AS fresh
)
INSERT INTO points_staged_entry (
    batch, item, membership_id, verb, kind, requested, source_type, source_id, rules_id, rule, earned_at, available_from, ends_at,
    details, effect_key, actor, occurred_at
)
SELECT
    %(batch)s, ranked.item, ranked.membership_id, 'earn', 'earn', ranked.points, 'event', ranked.event_id::text, ranked.rules_id,
    ranked.rule, ranked.occurred_at, points_available_from(ranked.occurred_at, rules.pending_days, ranked.time_zone),
    points_ends_at(ranked.occurred_at, rules.lifetime_months, ranked.time_zone), ranked.details, ranked.effect_key, %(actor)s,
    ranked.occurred_at
FROM ranked
JOIN points_pointsversion AS rules ON rules.id = ranked.rules_id
WHERE ranked.daily_cap IS NULL OR ranked.place <= ranked.daily_cap
