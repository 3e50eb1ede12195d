-- Whom of the memberships above %(after)s and up to %(up_to)s the review of %(at)s would lower as things stand; where falls wait out a
-- grace: whose grace ends by %(told_until)s. Reads growth, members and stores; writes nothing.
SELECT
    m.member_id, m.programme_id, from_terms.name AS name_from, to_terms.name AS name_to, from_terms.threshold,
    coalesce(j.falls_on, %(review_on)s::date) AS day
FROM growth_judged(%(version_id)s, %(after)s, %(up_to)s, %(at)s) j
JOIN stores_membership m ON m.id = j.membership_id
JOIN growth_schemeversion v ON v.id = %(version_id)s
JOIN growth_levelterms from_terms ON from_terms.version_id = v.id AND from_terms.rank = j.rank_held
JOIN LATERAL (
    SELECT t.name FROM growth_levelterms t
    WHERE t.version_id = v.id AND t.rank < j.rank_held AND (v.demotion <> 'direct' OR t.rank <= j.rank_reached)
    ORDER BY t.rank DESC
    LIMIT 1
) to_terms ON true
WHERE CASE
    WHEN v.grace_days = 0 THEN j.happening IN ('down', 'inactive')
    ELSE j.happening IN ('waits', 'down', 'inactive') AND j.falls_on <= %(told_until)s::date
END
ORDER BY m.id
