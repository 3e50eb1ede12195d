-- What the memberships %(membership_ids)s may draw benefits from at %(at)s: their own levels in every track, and what levels of the same
-- people in other programmes are matched with (ruling 22). No membership that is frozen or left, none of a programme whose growth is off.
-- A level ends by the clock: from `level_until` on the automatic one counts, or none (LVL-19). Reads stores' memberships and programmes.
WITH asked AS (
    SELECT membership.id, membership.member_id, membership.programme_id
    FROM stores_membership AS membership
    JOIN stores_programme AS programme ON programme.id = membership.programme_id AND programme.growth_on
    WHERE membership.id = ANY(%(membership_ids)s) AND membership.status = 'active'
), elsewhere AS (
    SELECT asked.id AS membership_id, asked.programme_id AS to_programme_id, programme.code AS programme_code, held.track,
           CASE WHEN held.level_until > %(at)s OR held.level_until IS NULL THEN held.level_id ELSE held.automatic_level_id END AS level_id,
           CASE WHEN held.level_until > %(at)s THEN held.level_until END AS level_until
    FROM asked
    JOIN stores_membership AS other
      ON other.member_id = asked.member_id AND other.programme_id <> asked.programme_id AND other.status = 'active'
    JOIN stores_programme AS programme ON programme.id = other.programme_id AND programme.growth_on
    JOIN growth_memberlevel AS held ON held.membership_id = other.id
)
SELECT asked.id AS membership_id, held.track,
       CASE WHEN held.level_until > %(at)s OR held.level_until IS NULL THEN held.level_id ELSE held.automatic_level_id END AS level_id,
       CASE WHEN held.level_until > %(at)s THEN held.level_until END AS until,
       NULL AS matched_programme, NULL::bigint AS matched_level_id, NULL::bigint AS benefit_id, NULL::jsonb AS value
FROM asked
JOIN growth_memberlevel AS held ON held.membership_id = asked.id
UNION ALL
SELECT elsewhere.membership_id, coalesce(level.track, elsewhere.track), matching.to_level_id,
       least(elsewhere.level_until, matching.valid_until), elsewhere.programme_code, elsewhere.level_id, matching.benefit_id, matching.value
FROM elsewhere
JOIN growth_levelmatch AS matching
  ON matching.from_level_id = elsewhere.level_id AND matching.to_programme_id = elsewhere.to_programme_id
 AND matching.valid_from <= %(at)s AND (matching.valid_until > %(at)s OR matching.valid_until IS NULL)
LEFT JOIN growth_level AS level ON level.id = matching.to_level_id
ORDER BY membership_id, matched_programme NULLS FIRST, track, level_id, benefit_id
