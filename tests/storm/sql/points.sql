-- What of the points does not hold by itself: what, where, expected, found. Reads the tables alone, calls nothing of the product's.
WITH entry_sum AS (
    SELECT account_id, sum(delta) AS delta, sum(owed) AS owed, count(*) AS number, min(account_version) AS first, max(account_version) AS last
    FROM points_pointsentry GROUP BY account_id
), lot_sum AS (
    SELECT account_id, sum(remaining) AS remaining, sum(held) AS held FROM points_pointslot GROUP BY account_id
), hold_sum AS (
    SELECT account_id, sum(amount) AS amount FROM points_pointshold WHERE state = 'active' GROUP BY account_id
), walk AS (
    SELECT
        id, delta, owed, balance_after, debt_after,
        coalesce(lag(balance_after) OVER one_account, 0) AS balance_before, coalesce(lag(debt_after) OVER one_account, 0) AS debt_before
    FROM points_pointsentry
    WINDOW one_account AS (PARTITION BY account_id ORDER BY account_version)
)
SELECT 'balance and entries' AS what, 'membership ' || membership_id AS place, coalesce(entry.delta, 0) AS expected, balance AS found
FROM points_pointsaccount LEFT JOIN entry_sum AS entry ON entry.account_id = membership_id
WHERE balance <> coalesce(entry.delta, 0)
UNION ALL
SELECT 'balance and lots', 'membership ' || membership_id, coalesce(lot.remaining, 0), balance
FROM points_pointsaccount LEFT JOIN lot_sum AS lot ON lot.account_id = membership_id
WHERE balance <> coalesce(lot.remaining, 0)
UNION ALL
SELECT 'held and lots', 'membership ' || membership_id, coalesce(lot.held, 0), account.held
FROM points_pointsaccount AS account LEFT JOIN lot_sum AS lot ON lot.account_id = membership_id
WHERE account.held <> coalesce(lot.held, 0)
UNION ALL
SELECT 'held and active holds', 'membership ' || membership_id, coalesce(hold.amount, 0), held
FROM points_pointsaccount LEFT JOIN hold_sum AS hold ON hold.account_id = membership_id
WHERE held <> coalesce(hold.amount, 0)
UNION ALL
SELECT 'debt and entries', 'membership ' || membership_id, coalesce(entry.owed, 0), debt
FROM points_pointsaccount LEFT JOIN entry_sum AS entry ON entry.account_id = membership_id
WHERE debt <> coalesce(entry.owed, 0)
UNION ALL
SELECT 'numbers of entries', 'membership ' || membership_id, coalesce(entry.number, 0), version
FROM points_pointsaccount LEFT JOIN entry_sum AS entry ON entry.account_id = membership_id
WHERE (version, version) <> (coalesce(entry.number, 0), coalesce(entry.last, 0)) OR coalesce(entry.first, 1) <> 1
UNION ALL
SELECT 'account without a row', 'membership ' || entry.account_id, 1, 0
FROM entry_sum AS entry LEFT JOIN points_pointsaccount AS account ON account.membership_id = entry.account_id
WHERE account.membership_id IS NULL
UNION ALL
SELECT 'balance after an entry', 'entry ' || id, balance_before + delta, balance_after FROM walk WHERE balance_before + delta <> balance_after
UNION ALL
SELECT 'debt after an entry', 'entry ' || id, debt_before + owed, debt_after FROM walk WHERE debt_before + owed <> debt_after
UNION ALL
SELECT 'a lot and its moves', 'lot ' || lot.id, lot.amount + coalesce(sum(move.delta), 0), lot.remaining
FROM points_pointslot AS lot LEFT JOIN points_pointsmove AS move ON move.lot_id = lot.id
GROUP BY lot.id
HAVING lot.amount + coalesce(sum(move.delta), 0) <> lot.remaining
UNION ALL
SELECT 'an entry and what it moved', 'entry ' || entry.id, entry.delta, coalesce(made.amount, 0) + coalesce(moved.delta, 0)
FROM points_pointsentry AS entry
LEFT JOIN points_pointslot AS made ON made.entry_id = entry.id
LEFT JOIN (SELECT entry_id, sum(delta) AS delta FROM points_pointsmove GROUP BY entry_id) AS moved ON moved.entry_id = entry.id
WHERE entry.delta <> coalesce(made.amount, 0) + coalesce(moved.delta, 0)
UNION ALL
SELECT 'below zero', 'membership ' || membership_id, 0, least(balance, held, debt, balance - held)
FROM points_pointsaccount WHERE least(balance, held, debt, balance - held) < 0
UNION ALL
SELECT 'below zero', 'lot ' || id, 0, least(remaining, held, remaining - held, amount - remaining)
FROM points_pointslot WHERE least(remaining, held, remaining - held, amount - remaining) < 0
UNION ALL
SELECT 'a hold and its parts', 'hold ' || hold.id, hold.amount, coalesce(sum(part.amount), 0)
FROM points_pointshold AS hold LEFT JOIN points_holdpart AS part ON part.hold_id = hold.id
GROUP BY hold.id
HAVING hold.amount <> coalesce(sum(part.amount), 0)
UNION ALL
SELECT 'a hold that ends once', 'hold ' || hold.id, hold.captured, coalesce(-entry.delta, 0)
FROM points_pointshold AS hold
LEFT JOIN (
    SELECT source_id, account_id, sum(delta) AS delta FROM points_pointsentry
    WHERE source_type = 'hold' AND kind = 'redeem' GROUP BY source_id, account_id
) AS entry ON entry.source_id = hold.id::text AND entry.account_id = hold.account_id
WHERE hold.captured <> coalesce(-entry.delta, 0) OR (hold.state = 'captured') <> (hold.captured > 0)
UNION ALL
SELECT 'legs of an exchange', 'exchange ' || deal.id, deal.points_out * deal.ratio_to / deal.ratio_from, coalesce(taken.requested, 0)
FROM points_pointsexchange AS deal
LEFT JOIN points_pointsentry AS given ON given.id = deal.from_entry_id AND given.kind = 'exchange_out'
LEFT JOIN points_pointsentry AS taken ON taken.id = deal.to_entry_id AND taken.kind = 'exchange_in'
LEFT JOIN stores_membership AS giver ON giver.id = given.account_id
LEFT JOIN stores_membership AS taker ON taker.id = taken.account_id
WHERE given.delta IS DISTINCT FROM -deal.points_out OR taken.requested IS DISTINCT FROM deal.points_in
    OR deal.points_in <> deal.points_out * deal.ratio_to / deal.ratio_from
    OR giver.member_id IS DISTINCT FROM taker.member_id OR giver.programme_id IS NOT DISTINCT FROM taker.programme_id
UNION ALL
SELECT 'legs without an exchange', 'entry ' || entry.id, 1, 0
FROM points_pointsentry AS entry
WHERE entry.kind IN ('exchange_out', 'exchange_in')
    AND NOT EXISTS (SELECT FROM points_pointsexchange AS deal WHERE entry.id IN (deal.from_entry_id, deal.to_entry_id))
UNION ALL
SELECT 'rewards taken', 'reward ' || reward.id, count(bought.id), reward.taken
FROM points_reward AS reward LEFT JOIN points_redemption AS bought ON bought.reward_id = reward.id AND bought.state = 'fulfilled'
GROUP BY reward.id
HAVING count(bought.id) <> reward.taken OR reward.taken > reward.stock
UNION ALL
SELECT 'gifts of levels', 'membership ' || due.membership_id, count(*), count(entry.id)
FROM growth_giftgrant AS due
JOIN growth_giftitem AS item ON item.id = due.item_id AND item.kind = 'points'
LEFT JOIN points_pointsentry AS entry ON entry.account_id = due.membership_id AND entry.kind = 'gift'
    AND entry.effect_key = due.effect_key AND entry.requested = (item.payload ->> 'points')::bigint
GROUP BY due.membership_id
HAVING count(*) <> count(entry.id) OR bool_or(due.state <> 'given')
UNION ALL
SELECT 'points given for nothing', 'membership ' || entry.account_id, 0, count(*)
FROM points_pointsentry AS entry
WHERE entry.kind = 'gift' AND NOT EXISTS (
    SELECT FROM growth_giftgrant AS due WHERE due.membership_id = entry.account_id AND due.effect_key = entry.effect_key
)
GROUP BY entry.account_id
