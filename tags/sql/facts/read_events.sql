-- What the wanted memberships did from %(since)s until %(until)s: what has a store counts for its programme (%(store_ids)s), all of it for the
-- platform's (null; ruling 17). is_visit: of the kinds %(visits)s. Reads activity; writes facts_event alone.
INSERT INTO facts_event (membership_id, day_on, kind, is_visit, category, spu, sku, path)
SELECT
    wanted.membership_id, (did.occurred_at AT TIME ZONE %(time_zone)s)::date, did.kind, did.kind = ANY(%(visits)s::text[]),
    coalesce(did.attributes ->> 'category', ''), did.spu, did.sku, did.path
FROM facts_wanted AS wanted
CROSS JOIN LATERAL (
    SELECT * FROM activity_behaviourevent
    WHERE member_id = wanted.member_id AND occurred_at >= %(since)s AND occurred_at < %(until)s
        AND (%(store_ids)s::bigint[] IS NULL OR store_id = ANY(%(store_ids)s))
    OFFSET 0
) AS did
WHERE wanted.is_active
