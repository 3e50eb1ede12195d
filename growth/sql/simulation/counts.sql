-- What a simulation found, by what was held, what is held after the first step and after the review, and what happens at it.
SELECT
    s.level_before, s.rank_before, s.is_mapped, s.rank_published, s.rank_reviewed, s.happening, count(*) AS members
FROM growth_simulated s
GROUP BY s.level_before, s.rank_before, s.is_mapped, s.rank_published, s.rank_reviewed, s.happening
ORDER BY s.level_before, s.rank_before, s.rank_published, s.rank_reviewed, s.happening
