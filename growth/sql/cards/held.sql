-- The levels of the members %(member_ids)s at %(at)s with the way to the next, and the service tiers they are entitled to, for the head of
-- the member page: one statement, since that page may take twelve. %(programme_ids)s: what the caller reaches, NULL for everything.
-- A level ends by the clock: from `level_until` on the automatic one counts, or none. Tiers also come from matched levels, never to a
-- membership that is frozen or in a programme without growth, as in growth/benefits/holdings. Reads stores' memberships and programmes.
WITH asked AS (
    SELECT membership.id, membership.member_id, membership.programme_id, membership.status = 'active' AND programme.growth_on AS is_entitled,
           programme.code, programme.name, programme.kind, programme.time_zone
    FROM stores_membership AS membership
    JOIN stores_programme AS programme ON programme.id = membership.programme_id
    WHERE membership.member_id = ANY(%(member_ids)s)
      AND (%(programme_ids)s::bigint[] IS NULL OR membership.programme_id = ANY(%(programme_ids)s))
), held AS (
    SELECT membership.id AS membership_id, membership.member_id, membership.programme_id, level.track, level.since, level.falls_on,
           CASE WHEN level.level_until > %(at)s OR level.level_until IS NULL THEN level.level_id ELSE level.automatic_level_id END AS level_id,
           CASE WHEN level.level_until > %(at)s THEN level.level_until END AS until,
           CASE WHEN level.protected_until > %(at)s THEN level.protected_until END AS protected_until
    FROM growth_memberlevel AS level
    JOIN stores_membership AS membership ON membership.id = level.membership_id
    JOIN stores_programme AS programme ON programme.id = membership.programme_id
    WHERE membership.member_id IN (SELECT member_id FROM asked)
      AND (membership.id IN (SELECT id FROM asked) OR membership.status = 'active' AND programme.growth_on)
), matched AS (
    SELECT asked.id AS membership_id, matching.to_level_id AS level_id, matching.benefit_id, matching.value
    FROM asked
    JOIN held ON held.member_id = asked.member_id AND held.programme_id <> asked.programme_id
    JOIN growth_levelmatch AS matching
      ON matching.from_level_id = held.level_id AND matching.to_programme_id = asked.programme_id
     AND matching.valid_from <= %(at)s AND (matching.valid_until > %(at)s OR matching.valid_until IS NULL)
), giving AS (
    SELECT membership_id, level_id FROM held
    UNION ALL
    SELECT membership_id, level_id FROM matched WHERE level_id IS NOT NULL
), tiers AS (
    SELECT giving.membership_id, given.value ->> 'tier' AS tier
    FROM giving
    JOIN growth_levelterms AS terms ON terms.level_id = giving.level_id
    JOIN growth_schemeversion AS version ON version.id = terms.version_id AND version.state = 'published'
    JOIN growth_levelbenefit AS given ON given.terms_id = terms.id
    JOIN growth_benefit AS benefit ON benefit.id = given.benefit_id AND benefit.kind = 'service_tier' AND benefit.is_active
    UNION ALL
    SELECT matched.membership_id, matched.value ->> 'tier'
    FROM matched
    JOIN growth_benefit AS benefit ON benefit.id = matched.benefit_id AND benefit.kind = 'service_tier' AND benefit.is_active
)
SELECT asked.member_id, asked.id AS membership_id, asked.programme_id, asked.code AS programme_code, asked.name AS programme_name,
       asked.kind = 'platform' AS is_platform, asked.time_zone, held.track, held.since, held.until, held.protected_until, held.falls_on,
       level.code, coalesce(terms.name, level.code) AS name, terms.basis, coalesce(terms.unit_name, '') AS unit_name,
       coalesce(account.balance, 0) AS growth, above.name AS next_name, above.threshold AS next_threshold,
       CASE WHEN asked.is_entitled THEN ARRAY(SELECT tiers.tier FROM tiers WHERE tiers.membership_id = asked.id) ELSE '{}' END AS tiers
FROM asked
JOIN held ON held.membership_id = asked.id AND held.level_id IS NOT NULL
JOIN growth_level AS level ON level.id = held.level_id
LEFT JOIN growth_growthaccount AS account ON account.membership_id = asked.id
LEFT JOIN LATERAL (
    SELECT newest.version_id, newest.rank, newest.name, version.basis, version.unit_name
    FROM growth_levelterms AS newest
    JOIN growth_schemeversion AS version ON version.id = newest.version_id AND version.state <> 'draft'
    WHERE newest.level_id = held.level_id
    ORDER BY version.number DESC
    LIMIT 1
) AS terms ON true
LEFT JOIN growth_levelterms AS above ON above.version_id = terms.version_id AND above.rank = terms.rank + 1
ORDER BY asked.member_id, is_platform DESC, programme_code, array_position(ARRAY['free', 'paid', 'recharge', 'custom'], held.track::text)
