-- How many active members hold each level of a version's track at %(at)s, the lowest first; levels nobody holds are there with 0.
SELECT t.id AS terms_id, count(m.id) AS members
FROM growth_schemeversion v
JOIN growth_levelscheme s ON s.id = v.scheme_id
JOIN growth_levelterms t ON t.version_id = v.id
LEFT JOIN growth_memberlevel held ON held.track = s.track
    AND t.level_id = CASE WHEN held.level_until <= %(at)s THEN held.automatic_level_id ELSE held.level_id END
LEFT JOIN stores_membership m ON m.id = held.membership_id AND m.programme_id = s.programme_id AND m.status = 'active'
WHERE v.id = %(version_id)s
GROUP BY t.id, t.rank
ORDER BY t.rank
