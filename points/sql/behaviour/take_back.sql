-- Stage under %(batch)s what the deleted reviews of %(from_batch)s take back: what is left of the entry that gave it, once. A deletion
-- whose review gave nothing stages nothing; nor does a second run.
INSERT INTO points_staged_entry (
    batch, item, membership_id, verb, kind, requested, source_type, source_id, rules_id, rule, reverses_id, details, effect_key, actor,
    occurred_at
)
SELECT
    %(batch)s, gone.item, gone.membership_id, 'reverse', 'reverse', -gone.still, 'event', gone.event_id::text, gone.rules_id, gone.rule,
    gone.given_id, gone.details, gone.effect_key || ':deleted', %(actor)s, gone.occurred_at
FROM (
    SELECT DISTINCT ON (given.id)
        staged.item, staged.membership_id, staged.event_id, staged.rule, staged.details, staged.effect_key, staged.occurred_at,
        given.id AS given_id, given.rules_id, given.requested + coalesce((
            SELECT sum(back.requested) FROM points_pointsentry AS back WHERE back.reverses_id = given.id AND back.kind = 'reverse'
        ), 0) AS still
    FROM points_staged_event AS staged
    JOIN points_pointsentry AS given ON given.account_id = staged.membership_id AND given.effect_key = staged.effect_key
    WHERE staged.batch = %(from_batch)s AND staged.skipped = '' AND staged.takes_back
    ORDER BY given.id, staged.item
) AS gone
WHERE gone.still > 0
