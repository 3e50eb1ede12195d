-- Points accounts that disagree with their entries, lots, moves or holds, at most %(limit)s (none, when all is well); by what differs:
-- "balance"   is not the sum of the entries;  "lots" what remains in lots is not the balance;  "version" counts other entries than there are;
-- "walk"      an entry's balance or debt does not follow from the one before;  "entry" moved other points of lots than it says;
-- "lot"       remains other than its moves leave, or was given back more than was taken in its stead;
-- "held"      of account, lot or hold is not what active holds set aside;  "hold" was captured for other points than its entry took;
-- "debt"      is not the sum of what is owed;  "repay" more was repaid than a reversal owed;
-- "reversal"  more was taken back than given, given back than taken, or from another account.
WITH entry_sums AS (
    SELECT account_id, sum(delta) AS delta, sum(owed) AS owed, count(*) AS entries, max(account_version) AS last
    FROM points_pointsentry
    GROUP BY account_id
),
lot_sums AS (
    SELECT account_id, sum(remaining) AS remaining, sum(held) AS held FROM points_pointslot GROUP BY account_id
),
aside AS (
    SELECT hold.account_id, part.lot_id, sum(part.amount) AS held
    FROM points_pointshold AS hold
    JOIN points_holdpart AS part ON part.hold_id = hold.id
    WHERE hold.state = 'active'
    GROUP BY hold.account_id, part.lot_id
)
SELECT found.membership_id, found.what, found.expected, found.found
FROM (
    SELECT account.membership_id, 'balance' AS what, coalesce(entries.delta, 0) AS expected, account.balance AS found
    FROM points_pointsaccount AS account
    LEFT JOIN entry_sums AS entries ON entries.account_id = account.membership_id
    WHERE account.balance <> coalesce(entries.delta, 0)
    UNION ALL
    SELECT account.membership_id, 'lots', account.balance, coalesce(lots.remaining, 0)
    FROM points_pointsaccount AS account
    LEFT JOIN lot_sums AS lots ON lots.account_id = account.membership_id
    WHERE account.balance <> coalesce(lots.remaining, 0)
    UNION ALL
    SELECT account.membership_id, 'version', coalesce(entries.entries, 0), account.version
    FROM points_pointsaccount AS account
    LEFT JOIN entry_sums AS entries ON entries.account_id = account.membership_id
    WHERE (coalesce(entries.entries, 0), coalesce(entries.last, 0)) <> (account.version, account.version)
    UNION ALL
    SELECT account.membership_id, 'debt', coalesce(entries.owed, 0), account.debt
    FROM points_pointsaccount AS account
    LEFT JOIN entry_sums AS entries ON entries.account_id = account.membership_id
    WHERE account.debt <> coalesce(entries.owed, 0)
    UNION ALL
    SELECT walk.account_id, 'walk', walk.balance_before + walk.delta, walk.balance_after
    FROM (
        SELECT
            account_id, delta, owed, balance_after, debt_after,
            lag(balance_after, 1, 0::bigint) OVER number AS balance_before, lag(debt_after, 1, 0::bigint) OVER number AS debt_before
        FROM points_pointsentry
        WINDOW number AS (PARTITION BY account_id ORDER BY account_version)
    ) AS walk
    WHERE (walk.balance_before + walk.delta, walk.debt_before + walk.owed) <> (walk.balance_after, walk.debt_after)
    UNION ALL
    SELECT entry.account_id, 'entry', entry.delta, coalesce(made.amount, 0) + coalesce(moved.delta, 0)
    FROM points_pointsentry AS entry
    LEFT JOIN points_pointslot AS made ON made.entry_id = entry.id AND made.account_id = entry.account_id
    LEFT JOIN (SELECT entry_id, sum(delta) AS delta FROM points_pointsmove GROUP BY entry_id) AS moved ON moved.entry_id = entry.id
    WHERE entry.delta <> coalesce(made.amount, 0) + coalesce(moved.delta, 0)
    UNION ALL
    SELECT lot.account_id, 'lot', lot.amount + coalesce(moved.delta, 0), lot.remaining
    FROM points_pointslot AS lot
    LEFT JOIN (SELECT lot_id, sum(delta) AS delta FROM points_pointsmove GROUP BY lot_id) AS moved ON moved.lot_id = lot.id
    WHERE lot.remaining <> lot.amount + coalesce(moved.delta, 0)
    UNION ALL
    SELECT lot.account_id, 'lot', 0, instead.delta
    FROM (
        SELECT instead_of_id, lot_id, sum(delta) AS delta
        FROM points_pointsmove
        WHERE instead_of_id IS NOT NULL
        GROUP BY instead_of_id, lot_id
    ) AS instead
    JOIN points_pointslot AS lot ON lot.id = instead.lot_id
    WHERE instead.delta > 0
    UNION ALL
    SELECT lot.account_id, 'entry', lot.account_id, entry.account_id
    FROM points_pointsmove AS move
    JOIN points_pointslot AS lot ON lot.id = move.lot_id
    JOIN points_pointsentry AS entry ON entry.id = move.entry_id
    WHERE entry.account_id <> lot.account_id
    UNION ALL
    SELECT account.membership_id, 'held', coalesce(active.amount, 0), account.held
    FROM points_pointsaccount AS account
    LEFT JOIN (
        SELECT account_id, sum(amount) AS amount FROM points_pointshold WHERE state = 'active' GROUP BY account_id
    ) AS active ON active.account_id = account.membership_id
    WHERE account.held <> coalesce(active.amount, 0)
    UNION ALL
    SELECT lot.account_id, 'held', coalesce(aside.held, 0), lot.held
    FROM points_pointslot AS lot
    LEFT JOIN aside ON aside.lot_id = lot.id AND aside.account_id = lot.account_id
    WHERE lot.held <> coalesce(aside.held, 0)
    UNION ALL
    SELECT hold.account_id, 'held', hold.amount, coalesce(parts.amount, 0)
    FROM points_pointshold AS hold
    LEFT JOIN (SELECT hold_id, sum(amount) AS amount FROM points_holdpart GROUP BY hold_id) AS parts ON parts.hold_id = hold.id
    WHERE hold.amount <> coalesce(parts.amount, 0)
    UNION ALL
    SELECT hold.account_id, 'hold', -hold.captured, entry.delta
    FROM points_pointshold AS hold
    JOIN points_pointsentry AS entry ON entry.id = hold.entry_id
    WHERE (entry.delta, entry.account_id) <> (-hold.captured, hold.account_id)
    UNION ALL
    SELECT entry.account_id, 'reversal', entry.requested, back.requested
    FROM (
        SELECT reverses_id, sum(requested) AS requested FROM points_pointsentry WHERE kind IN ('reverse', 'restore') GROUP BY reverses_id
    ) AS back
    JOIN points_pointsentry AS entry ON entry.id = back.reverses_id
    WHERE sign(entry.requested) * (entry.requested + back.requested) NOT BETWEEN 0 AND abs(entry.requested)
    UNION ALL
    SELECT entry.account_id, 'repay', entry.owed, -paid.owed
    FROM (SELECT reverses_id, sum(owed) AS owed FROM points_pointsentry WHERE kind = 'repay' GROUP BY reverses_id) AS paid
    JOIN points_pointsentry AS entry ON entry.id = paid.reverses_id
    WHERE entry.owed + paid.owed < 0
    UNION ALL
    SELECT back.account_id, 'reversal', entry.account_id, back.account_id
    FROM points_pointsentry AS back
    JOIN points_pointsentry AS entry ON entry.id = back.reverses_id
    WHERE entry.account_id <> back.account_id
) AS found
ORDER BY found.membership_id, found.what
LIMIT %(limit)s
