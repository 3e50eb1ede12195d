-- What to tell of the changes staged and resolved under %(batch)s: those that lead to another level. direction: by rank in the version;
-- a level gained is up, one lost is down. store_ids: the stores of the programme. Names are the version's, or else the newest known.
-- Reads growth, members and stores.
SELECT
    c.history_id, c.membership_id, c.track, c.cause, c.source, c.occurred_at, m.member_id, m.programme_id, p.code AS programme, person.one_id,
    from_level.code AS code_from, to_level.code AS code_to, from_terms.name AS name_from, to_terms.name AS name_to, c.level_until,
    CASE
        WHEN c.level_from IS NULL THEN 'up'
        WHEN c.level_to IS NULL THEN 'down'
        WHEN to_terms.rank < from_terms.rank THEN 'down'
        ELSE 'up'
    END AS direction,
    ARRAY(SELECT s.id FROM stores_store s WHERE s.programme_id = p.id ORDER BY s.id) AS store_ids
FROM growth_staged_change c
JOIN stores_membership m ON m.id = c.membership_id
JOIN stores_programme p ON p.id = m.programme_id
JOIN members_member person ON person.id = m.member_id
LEFT JOIN growth_level from_level ON from_level.id = c.level_from
LEFT JOIN growth_level to_level ON to_level.id = c.level_to
LEFT JOIN LATERAL (
    SELECT t.name, t.rank FROM growth_levelterms t
    WHERE t.level_id = c.level_from
    ORDER BY t.version_id = c.version_id DESC NULLS LAST, t.version_id DESC
    LIMIT 1
) from_terms ON true
LEFT JOIN LATERAL (
    SELECT t.name, t.rank FROM growth_levelterms t
    WHERE t.level_id = c.level_to
    ORDER BY t.version_id = c.version_id DESC NULLS LAST, t.version_id DESC
    LIMIT 1
) to_terms ON true
WHERE c.batch = %(batch)s AND c.level_from IS DISTINCT FROM c.level_to
ORDER BY c.item
