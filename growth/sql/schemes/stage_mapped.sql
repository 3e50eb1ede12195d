-- Stage, under %(batch)s, that whoever holds a level which version %(version_id)s removes gets the level it is mapped to (ruling 22):
-- %(removed)s[i] becomes %(replacements)s[i], whether the scheme, a hand or a plan gave it. Bought levels that have ended stay as they
-- ended. Protection goes on. Reads growth only; the caller holds the memberships. A second run stages nothing, since nobody holds them.
WITH mapped AS (
    SELECT * FROM unnest(%(removed)s::bigint[], %(replacements)s::bigint[]) AS pair (removed, replacement)
)
INSERT INTO growth_staged_change (
    batch, item, membership_id, track, cause, version_id, source, actor, occurred_at, automatic_to, is_explicit, explicit_to,
    explicit_until, keeps_protection
)
SELECT
    %(batch)s, row_number() OVER (ORDER BY held.membership_id, held.track), held.membership_id, held.track, 'mapped', %(version_id)s,
    'version:' || %(version_id)s, %(actor)s, %(at)s, coalesce(beneath.replacement, held.automatic_level_id), held.track = 'paid',
    coalesce(counting.replacement, held.level_id), held.level_until, true
FROM growth_memberlevel held
LEFT JOIN mapped counting ON counting.removed = held.level_id
LEFT JOIN mapped beneath ON beneath.removed = held.automatic_level_id
WHERE (counting.removed IS NOT NULL OR beneath.removed IS NOT NULL)
  AND (held.track <> 'paid' OR held.level_until > %(at)s)
