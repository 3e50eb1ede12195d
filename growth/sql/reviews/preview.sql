-- What a review by the version at %(at)s would do to everybody: how many by happening and ranks. Writes nothing.
SELECT j.happening, from_level.code AS code_from, to_level.code AS code_to, count(*) AS members
FROM growth_judged(%(version_id)s, 0, 9223372036854775807, %(at)s) j
JOIN growth_level from_level ON from_level.id = j.level_held
JOIN growth_levelterms to_terms ON to_terms.version_id = %(version_id)s AND to_terms.rank = j.rank_next
JOIN growth_level to_level ON to_level.id = to_terms.level_id
GROUP BY j.happening, from_level.code, to_level.code
ORDER BY j.happening, from_level.code, to_level.code
