-- Points and growth accounts that do not add up at this moment: what differs, and whose.
SELECT 'points' AS what, account.membership_id
FROM points_pointsaccount AS account
LEFT JOIN (SELECT account_id, sum(delta) AS total, sum(owed) AS owed FROM points_pointsentry GROUP BY 1) AS entry ON entry.account_id = membership_id
LEFT JOIN (SELECT account_id, sum(remaining) AS total, sum(held) AS held FROM points_pointslot GROUP BY 1) AS lot ON lot.account_id = membership_id
WHERE account.balance <> coalesce(entry.total, 0) OR account.balance <> coalesce(lot.total, 0) OR account.held <> coalesce(lot.held, 0)
    OR account.debt <> coalesce(entry.owed, 0) OR account.balance < 0 OR account.held < 0 OR account.debt < 0
UNION ALL
SELECT 'growth', account.membership_id
FROM growth_growthaccount AS account
LEFT JOIN (SELECT account_id, sum(applied) AS total FROM growth_growthentry GROUP BY 1) AS entry ON entry.account_id = membership_id
WHERE account.balance <> coalesce(entry.total, 0) OR account.balance < 0
