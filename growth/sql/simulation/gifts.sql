-- How many packs each level would give: every level passed by a rise, once per membership and level in 365 days (LVL-28, ruling 22).
WITH passed AS (
    SELECT s.membership_id, t.level_id, t.rank, %(at)s::timestamptz AS at
    FROM growth_simulated s
    JOIN growth_levelterms t ON t.version_id = %(version_id)s AND t.rank > s.rank_before AND t.rank <= s.rank_published
    WHERE s.rank_published > s.rank_before
    UNION ALL
    SELECT s.membership_id, t.level_id, t.rank, %(review_at)s::timestamptz
    FROM growth_simulated s
    JOIN growth_levelterms t ON t.version_id = %(version_id)s AND t.rank > s.rank_published AND t.rank <= s.rank_reviewed
    WHERE s.happening = 'up'
)
SELECT p.rank, count(*) AS packs
FROM passed p
WHERE EXISTS (SELECT 1 FROM growth_giftitem g JOIN growth_levelterms t ON t.id = g.terms_id
              WHERE t.version_id = %(version_id)s AND t.rank = p.rank)
  AND NOT EXISTS (
      SELECT 1 FROM growth_giftgrant given
      WHERE given.membership_id = p.membership_id AND given.level_id = p.level_id AND given.granted_at > p.at - interval '365 days'
  )
GROUP BY p.rank
