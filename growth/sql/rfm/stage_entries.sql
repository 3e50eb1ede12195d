-- Stage an entry for every membership judged whose growth value is asked to change, under %(batch)s: one per period for ever.
INSERT INTO growth_staged_entry (
    batch, item, membership_id, requested, reason, source_type, source_id, rfm_run_id, effect_key, request_digest, actor, occurred_at
)
SELECT
    %(batch)s, row_number() OVER (ORDER BY membership_id), membership_id, requested, 'rfm', 'rfm_run', %(run_id)s::text, %(run_id)s,
    %(effect_key)s, md5(%(effect_key)s || ':' || requested), %(actor)s, %(as_of)s
FROM rfm_judged
WHERE requested <> 0
