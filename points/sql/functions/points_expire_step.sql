-- Empty the lots of the accounts p_accounts that have ended by p_now: one 'expire' entry an account and end, of what no hold has set aside.
-- Holds of these accounts whose time is over end first. p_live: False for history: booked at the end itself, and only in accounts without
-- live entries. Holds the memberships in id order until the transaction ends (ruling 2). Answers the entries.
-- A second run finds nothing, since nothing free remains in the lots.
CREATE FUNCTION points_expire_step(p_accounts bigint[], p_now timestamptz, p_live boolean) RETURNS bigint[]
LANGUAGE plpgsql
-- the lots of a step are few and found by their index, whatever the planner believes of how many there are
SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
    account points_pointsaccount;
    followed bigint[] := '{}';
    posted bigint[];
BEGIN
    PERFORM FROM stores_membership AS membership WHERE membership.id = ANY(p_accounts) ORDER BY membership.id FOR NO KEY UPDATE;

    FOR account IN
        SELECT * FROM points_pointsaccount AS holding
        WHERE holding.membership_id = ANY(p_accounts) AND holding.held > 0 AND (p_live OR NOT holding.is_live)
        ORDER BY holding.membership_id
    LOOP
        PERFORM points_end_due_holds(account.membership_id, p_now, p_live);
        followed := followed || ARRAY(
            SELECT entry.id FROM points_pointsentry AS entry
            WHERE entry.account_id = account.membership_id AND entry.account_version > account.version
            ORDER BY entry.id
        );
    END LOOP;

    WITH ended AS (
        SELECT
            lot.id, lot.account_id, lot.ends_at, lot.held, lot.remaining - lot.held AS amount, owner.version, owner.balance, owner.debt,
            -- only a lot that has given points can have ended before (a clock was set back): it ends again under another key
            lot.remaining < lot.amount AND EXISTS (
                SELECT FROM points_pointsentry AS known
                WHERE known.account_id = lot.account_id AND known.effect_key = 'expire:lot:' || lot.id
            ) AS again
        FROM (SELECT DISTINCT unnest(p_accounts) AS account_id) AS wanted
        JOIN points_pointsaccount AS owner ON owner.membership_id = wanted.account_id AND (p_live OR NOT owner.is_live)
        CROSS JOIN LATERAL (
            SELECT * FROM points_pointslot AS own
            -- coalesce: by the index of the account, never by that of all ends, which holds the due lots of everybody
            WHERE own.account_id = wanted.account_id AND own.is_open AND coalesce(own.ends_at, 'infinity') <= p_now
                AND own.remaining > own.held
            OFFSET 0
        ) AS lot
    ),
    -- the first lot of an account and end stands for all of them
    walked AS (
        SELECT
            ended.*, row_number() OVER peers = 1 AS leads, sum(ended.amount) OVER peers_all AS total,
            ended.version + dense_rank() OVER walk AS number, ended.balance - sum(ended.amount) OVER walk AS balance_after
        FROM ended
        WINDOW peers AS (PARTITION BY ended.account_id, ended.ends_at ORDER BY ended.id),
            peers_all AS (PARTITION BY ended.account_id, ended.ends_at),
            walk AS (PARTITION BY ended.account_id ORDER BY ended.ends_at)
        ORDER BY ended.account_id, ended.ends_at, ended.id
    ),
    numbered AS MATERIALIZED (
        SELECT walked.*, CASE WHEN walked.leads THEN nextval('points_pointsentry_id_seq') END AS own_id FROM walked
    ),
    line AS MATERIALIZED (
        SELECT numbered.*, max(numbered.own_id) OVER (PARTITION BY numbered.account_id, numbered.ends_at) AS entry_id FROM numbered
    ),
    written AS (
        INSERT INTO points_pointsentry (
            id, account_id, account_version, kind, requested, delta, owed, forgiven, balance_after, debt_after, source_type, source_id,
            rule, details, note, effect_key, request_digest, actor, occurred_at, booked_at
        )
        SELECT
            line.entry_id, line.account_id, line.number, 'expire', -line.total, -line.total, 0, 0, line.balance_after, line.debt, 'lot',
            line.id, '', '{}', '', 'expire:lot:' || line.id || CASE WHEN line.again THEN ':' || line.number ELSE '' END, '', 'clock',
            line.ends_at, CASE WHEN p_live THEN p_now ELSE line.ends_at END
        FROM line
        WHERE line.leads
        ORDER BY line.entry_id
    ),
    moved AS (
        INSERT INTO points_pointsmove (entry_id, lot_id, delta)
        SELECT line.entry_id, line.id, -line.amount FROM line ORDER BY line.entry_id, line.id
    ),
    emptied AS (
        UPDATE points_pointslot AS lot SET remaining = line.held, is_open = line.held > 0 FROM line WHERE lot.id = line.id
    ),
    lowered AS (
        UPDATE points_pointsaccount AS owner
        SET balance = owner.balance - summed.amount, version = owner.version + summed.entries, is_live = owner.is_live OR p_live
        FROM (
            SELECT line.account_id, sum(line.amount) AS amount, count(*) FILTER (WHERE line.leads) AS entries
            FROM line
            GROUP BY line.account_id
        ) AS summed
        WHERE owner.membership_id = summed.account_id
    )
    SELECT coalesce(array_agg(line.entry_id ORDER BY line.entry_id) FILTER (WHERE line.leads), '{}') INTO posted FROM line;
    RETURN followed || posted;
END $$
