-- What of growth value and levels does not hold by itself: what, where, expected, found. Nobody falls during a storm: the level held is the
-- highest one whose threshold the balance has ever reached.
WITH entry_sum AS (
    SELECT
        account_id, sum(applied) AS applied, count(*) AS number, min(account_version) AS first, max(account_version) AS last,
        max(balance_after) AS highest
    FROM growth_growthentry GROUP BY account_id
), walk AS (
    SELECT
        id, applied, balance_after, coalesce(lag(balance_after) OVER (PARTITION BY account_id ORDER BY account_version), 0) AS before
    FROM growth_growthentry
)
SELECT 'growth balance and entries' AS what, 'membership ' || membership_id AS place, coalesce(entry.applied, 0) AS expected, balance AS found
FROM growth_growthaccount LEFT JOIN entry_sum AS entry ON entry.account_id = membership_id
WHERE balance <> coalesce(entry.applied, 0)
UNION ALL
SELECT 'growth below zero', 'membership ' || membership_id, 0, balance FROM growth_growthaccount WHERE balance < 0
UNION ALL
SELECT 'numbers of growth entries', 'membership ' || membership_id, coalesce(entry.number, 0), version
FROM growth_growthaccount LEFT JOIN entry_sum AS entry ON entry.account_id = membership_id
WHERE (version, version) <> (coalesce(entry.number, 0), coalesce(entry.last, 0)) OR coalesce(entry.first, 1) <> 1
UNION ALL
SELECT 'growth after an entry', 'entry ' || id, before + applied, balance_after FROM walk WHERE before + applied <> balance_after
UNION ALL
SELECT 'level reached', 'membership ' || entry.account_id, reached.threshold, coalesce(holds.threshold, 0)
FROM entry_sum AS entry
JOIN stores_membership AS membership ON membership.id = entry.account_id
JOIN growth_levelscheme AS scheme ON scheme.programme_id = membership.programme_id AND scheme.track = 'free'
JOIN growth_schemeversion AS version ON version.scheme_id = scheme.id AND version.state = 'published'
CROSS JOIN LATERAL (
    SELECT max(terms.threshold) AS threshold FROM growth_levelterms AS terms WHERE terms.version_id = version.id AND terms.threshold <= entry.highest
) AS reached
LEFT JOIN growth_memberlevel AS held ON held.membership_id = entry.account_id AND held.track = 'free'
LEFT JOIN growth_levelterms AS holds ON holds.version_id = version.id AND holds.level_id = held.level_id
WHERE holds.threshold IS DISTINCT FROM reached.threshold
