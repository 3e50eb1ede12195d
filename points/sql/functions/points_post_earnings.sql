-- Post the staged entries of accounts for which the batch only brings points, and which owe and hold nothing: nothing follows from them, so
-- entries, lots and accounts are written by a statement each. The caller holds the accounts. As points_post_one, line by line.
CREATE FUNCTION points_post_earnings(p_batch bigint, p_booked_at timestamptz, p_live boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE points_staged_entry AS staged
    SET verdict = 'new', entry_id = numbered.entry_id, account_version = numbered.next_version, delta = staged.requested,
        balance_after = numbered.reached
    FROM (
        -- a later entry of an account has the higher id
        SELECT walked.item, walked.next_version, walked.reached, nextval('points_pointsentry_id_seq') AS entry_id
        FROM (
            SELECT
                fresh.item, fresh.membership_id, account.version + row_number() OVER walk AS next_version,
                account.balance + sum(fresh.requested) OVER walk AS reached
            FROM (
                SELECT
                    one.item, one.membership_id, one.requested,
                    bool_and(one.verb = 'earn') OVER (PARTITION BY one.membership_id) AS earns
                FROM points_staged_entry AS one
                WHERE one.batch = p_batch AND one.verdict = ''
            ) AS fresh
            JOIN points_pointsaccount AS account ON account.membership_id = fresh.membership_id
            WHERE fresh.earns AND account.debt = 0 AND account.held = 0
            WINDOW walk AS (PARTITION BY fresh.membership_id ORDER BY fresh.item)
            ORDER BY fresh.membership_id, fresh.item
        ) AS walked
    ) AS numbered
    WHERE staged.batch = p_batch AND staged.item = numbered.item;

    INSERT INTO points_pointsentry (
        id, account_id, account_version, kind, requested, delta, owed, forgiven, balance_after, debt_after, source_type, source_id,
        rules_id, rule, reverses_id, details, note, effect_key, request_digest, actor, occurred_at, booked_at
    )
    SELECT
        staged.entry_id, staged.membership_id, staged.account_version, staged.kind, staged.requested, staged.delta, 0, 0,
        staged.balance_after, 0, staged.source_type, staged.source_id, staged.rules_id, staged.rule, staged.reverses_id, staged.details,
        staged.note, staged.effect_key, points_request_digest(staged), staged.actor, staged.occurred_at,
        CASE WHEN p_live THEN p_booked_at ELSE staged.occurred_at END
    FROM points_staged_entry AS staged
    WHERE staged.batch = p_batch AND staged.verdict = 'new'
    ORDER BY staged.entry_id;

    INSERT INTO points_pointslot (account_id, entry_id, amount, remaining, held, earned_at, available_from, ends_at, is_open)
    SELECT
        staged.membership_id, staged.entry_id, staged.requested, staged.requested, 0, staged.earned_at, staged.available_from,
        staged.ends_at, true
    FROM points_staged_entry AS staged
    WHERE staged.batch = p_batch AND staged.verdict = 'new'
    ORDER BY staged.entry_id;

    UPDATE points_pointsaccount AS account
    SET balance = account.balance + grown.points, version = account.version + grown.entries, is_live = account.is_live OR p_live
    FROM (
        SELECT staged.membership_id, sum(staged.requested) AS points, count(*) AS entries
        FROM points_staged_entry AS staged
        WHERE staged.batch = p_batch AND staged.verdict = 'new'
        GROUP BY staged.membership_id
    ) AS grown
    WHERE account.membership_id = grown.membership_id;
END $$
