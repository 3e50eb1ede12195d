-- Members who hold less than a level after the first step and lack at most a fifth of its threshold, by rank (LVL-08).
SELECT t.rank, count(*) AS members
FROM growth_levelterms t
JOIN growth_simulated s ON s.rank_published < t.rank AND s.value < t.threshold AND s.value * 5 >= t.threshold * 4
WHERE t.version_id = %(version_id)s AND t.threshold > 0
GROUP BY t.rank
