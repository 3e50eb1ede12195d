-- Empty lots that have ended by p_now, of accounts of at most p_limit such lots: one 'expire' entry an account and end, of what no hold has
-- set aside. Holds of these accounts whose time is over end first. p_live: False for history: booked at the end itself, and only in accounts
-- without live entries. Holds the memberships in id order until the transaction ends (ruling 2).
-- Answers how many accounts it found and the entries. A second run finds nothing, since nothing free remains in the lots.
CREATE FUNCTION points_expire_step(p_now timestamptz, p_limit integer, p_live boolean, OUT accounts bigint, OUT posted bigint[])
LANGUAGE plpgsql
-- the lots of a step are few, whatever the planner believes of how many there are
SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
    ids bigint[];
    account points_pointsaccount;
BEGIN
    SELECT coalesce(array_agg(DISTINCT due.account_id), '{}') INTO ids
    FROM (
        SELECT lot.account_id
        FROM points_pointslot AS lot
        JOIN points_pointsaccount AS owner ON owner.membership_id = lot.account_id
        WHERE lot.is_open AND lot.ends_at <= p_now AND lot.remaining > lot.held AND (p_live OR NOT owner.is_live)
        ORDER BY lot.ends_at
        LIMIT p_limit
    ) AS due;
    accounts := cardinality(ids);
    PERFORM FROM stores_membership AS membership WHERE membership.id = ANY(ids) ORDER BY membership.id FOR NO KEY UPDATE;

    posted := '{}';
    FOR account IN
        SELECT * FROM points_pointsaccount AS holding WHERE holding.membership_id = ANY(ids) AND holding.held > 0 ORDER BY holding.membership_id
    LOOP
        PERFORM points_end_due_holds(account.membership_id, p_now, p_live);
        posted := posted || ARRAY(
            SELECT entry.id FROM points_pointsentry AS entry
            WHERE entry.account_id = account.membership_id AND entry.account_version > account.version
            ORDER BY entry.id
        );
    END LOOP;

    WITH due AS MATERIALIZED (
        SELECT lot.id, lot.account_id, lot.ends_at, lot.held, lot.remaining - lot.held AS amount
        FROM unnest(ids) AS wanted (account_id)
        CROSS JOIN LATERAL (
            SELECT * FROM points_pointslot AS own
            WHERE own.account_id = wanted.account_id AND own.is_open AND own.ends_at <= p_now AND own.remaining > own.held
            OFFSET 0
        ) AS lot
    ),
    line AS MATERIALIZED (
        SELECT numbered.*, nextval('points_pointsentry_id_seq') AS entry_id
        FROM (
            SELECT
                summed.account_id, summed.ends_at, summed.first_lot, summed.amount, owner.debt,
                owner.version + row_number() OVER walk AS number, owner.balance - sum(summed.amount) OVER walk AS balance_after
            FROM (
                SELECT due.account_id, due.ends_at, min(due.id) AS first_lot, sum(due.amount)::bigint AS amount
                FROM due
                GROUP BY due.account_id, due.ends_at
            ) AS summed
            JOIN points_pointsaccount AS owner ON owner.membership_id = summed.account_id
            WINDOW walk AS (PARTITION BY summed.account_id ORDER BY summed.ends_at)
            ORDER BY summed.account_id, summed.ends_at
        ) AS numbered
    ),
    -- A lot that got points back after it had ended once (a clock set back) ends again under another key.
    keyed AS MATERIALIZED (
        SELECT line.*, 'expire:lot:' || line.first_lot || CASE WHEN EXISTS (
            SELECT FROM points_pointsentry AS known
            WHERE known.account_id = line.account_id AND known.effect_key = 'expire:lot:' || line.first_lot
        ) THEN ':' || line.number ELSE '' END AS effect_key
        FROM line
    ),
    written AS (
        INSERT INTO points_pointsentry (
            id, account_id, account_version, kind, requested, delta, owed, forgiven, balance_after, debt_after, source_type, source_id,
            rule, details, note, effect_key, request_digest, actor, occurred_at, booked_at
        )
        SELECT
            keyed.entry_id, keyed.account_id, keyed.number, 'expire', -keyed.amount, -keyed.amount, 0, 0, keyed.balance_after, keyed.debt,
            'lot', keyed.first_lot::text, '', '{}', '', keyed.effect_key, md5(keyed.effect_key), 'clock', keyed.ends_at,
            CASE WHEN p_live THEN p_now ELSE keyed.ends_at END
        FROM keyed
        ORDER BY keyed.entry_id
    ),
    moved AS (
        INSERT INTO points_pointsmove (entry_id, lot_id, delta)
        SELECT keyed.entry_id, due.id, -due.amount
        FROM due
        JOIN keyed ON keyed.account_id = due.account_id AND keyed.ends_at = due.ends_at
        ORDER BY keyed.entry_id, due.id
    ),
    emptied AS (
        UPDATE points_pointslot AS lot SET remaining = due.held, is_open = due.held > 0 FROM due WHERE lot.id = due.id
    ),
    lowered AS (
        UPDATE points_pointsaccount AS owner
        SET balance = owner.balance - ended.amount, version = owner.version + ended.entries, is_live = owner.is_live OR p_live
        FROM (SELECT keyed.account_id, sum(keyed.amount) AS amount, count(*) AS entries FROM keyed GROUP BY keyed.account_id) AS ended
        WHERE owner.membership_id = ended.account_id
    )
    SELECT posted || coalesce(array_agg(keyed.entry_id ORDER BY keyed.entry_id), '{}') INTO posted FROM keyed;
END $$
