-- Up to %(limit)s members whose level moves, or whose fall is prevented, a few of each kind of move, with what decides.
WITH moving AS (
    SELECT
        s.membership_id, 'publishing' AS step, CASE WHEN s.rank_published > s.rank_before THEN 'up' ELSE 'mapped' END AS happening,
        s.level_before, s.rank_before AS rank_from, s.rank_published AS rank_to, s.value, s.value_before, s.scores
    FROM growth_simulated s
    WHERE s.rank_published > s.rank_before OR s.is_mapped
    UNION ALL
    SELECT
        s.membership_id, 'review', s.happening, NULL, greatest(s.rank_published, 0), s.rank_reviewed, s.value_then, s.value_before, s.scores
    FROM growth_simulated s
    WHERE s.happening <> 'same'
), placed AS (
    SELECT
        m.*, row_number() OVER (PARTITION BY m.step, m.happening, m.level_before, m.rank_from, m.rank_to ORDER BY m.membership_id) AS place
    FROM moving m
)
SELECT p.membership_id, member.member_no, p.step, p.happening, p.level_before, p.rank_from, p.rank_to, p.value, p.value_before, p.scores
FROM placed p
JOIN stores_membership member ON member.id = p.membership_id
ORDER BY p.place, p.step, p.rank_from, p.rank_to, p.membership_id
LIMIT %(limit)s
