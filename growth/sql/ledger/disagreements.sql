-- Growth accounts that disagree with their entries, at most %(limit)s (none, when all is well):
-- "balance"  is not the sum of what was applied, or not what the last entry says;  "version" counts other entries than there are;
-- "walk"     an entry's balance does not follow from the one before;  "reversal" more was taken back than given, or cancelled than taken.
SELECT found.membership_id, found.what, found.expected, found.found
FROM (
    SELECT account.membership_id, 'balance' AS what, total.applied AS expected, account.balance AS found
    FROM growth_growthaccount AS account
    JOIN (SELECT account_id, sum(applied) AS applied FROM growth_growthentry GROUP BY account_id) AS total
        ON total.account_id = account.membership_id
    WHERE total.applied <> account.balance
    UNION ALL
    SELECT account.membership_id, 'balance', 0, account.balance
    FROM growth_growthaccount AS account
    WHERE account.balance <> 0 AND NOT EXISTS (SELECT FROM growth_growthentry AS entry WHERE entry.account_id = account.membership_id)
    UNION ALL
    SELECT account.membership_id, 'version', total.entries, account.version
    FROM growth_growthaccount AS account
    LEFT JOIN (
        SELECT account_id, count(*) AS entries, max(account_version) AS last FROM growth_growthentry GROUP BY account_id
    ) AS total ON total.account_id = account.membership_id
    WHERE (coalesce(total.entries, 0), coalesce(total.last, 0)) <> (account.version, account.version)
    UNION ALL
    SELECT walk.account_id, 'walk', walk.before + walk.applied, walk.balance_after
    FROM (
        SELECT
            account_id, applied, balance_after,
            lag(balance_after, 1, 0::bigint) OVER (PARTITION BY account_id ORDER BY account_version) AS before
        FROM growth_growthentry
    ) AS walk
    WHERE walk.before + walk.applied <> walk.balance_after
    UNION ALL
    -- what is left of an entry keeps its sign: cancelling a reversal gives its part back to the entry
    SELECT taken.account_id, 'reversal', taken.requested, taken.back
    FROM (
        SELECT
            entry.account_id, entry.requested,
            sum(reversal.requested + coalesce((
                SELECT sum(undone.requested) FROM growth_growthentry AS undone WHERE undone.reverses_id = reversal.id
            ), 0)) AS back
        FROM growth_growthentry AS reversal
        JOIN growth_growthentry AS entry ON entry.id = reversal.reverses_id
        GROUP BY entry.id
    ) AS taken
    WHERE sign(taken.requested) * (taken.requested + taken.back) NOT BETWEEN 0 AND abs(taken.requested)
    UNION ALL
    SELECT reversal.account_id, 'reversal', entry.account_id, reversal.account_id
    FROM growth_growthentry AS reversal
    JOIN growth_growthentry AS entry ON entry.id = reversal.reverses_id
    WHERE entry.account_id <> reversal.account_id
) AS found
ORDER BY found.membership_id, found.what
LIMIT %(limit)s
