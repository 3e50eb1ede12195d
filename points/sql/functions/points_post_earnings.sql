-- Post the staged entries of accounts for which the batch only brings points, and which owe and hold nothing: nothing follows from them, so
-- entries, lots and accounts are written by a statement each. The caller holds the accounts. As points_post_one, line by line.
CREATE FUNCTION points_post_earnings(p_batch bigint, p_booked_at timestamptz, p_live boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- Row by row and by an index, whatever the planner believes, as points_post_staged.
    INSERT INTO points_pointsentry (
        account_id, account_version, kind, requested, delta, owed, forgiven, balance_after, debt_after, source_type, source_id,
        rules_id, rule, reverses_id, details, note, effect_key, request_digest, actor, occurred_at, booked_at
    )
    SELECT
        walked.membership_id, walked.next_version, walked.kind, walked.requested, walked.requested, 0, 0, walked.reached, 0,
        walked.source_type, walked.source_id, walked.rules_id, walked.rule, walked.reverses_id, walked.details, walked.note,
        walked.effect_key, walked.digest, walked.actor, walked.occurred_at, CASE WHEN p_live THEN p_booked_at ELSE walked.occurred_at END
    FROM (
        SELECT
            fresh.*, account.version + row_number() OVER walk AS next_version, account.balance + sum(fresh.requested) OVER walk AS reached
        FROM (
            SELECT one.*, points_request_digest(one) AS digest, bool_and(one.verb = 'earn') OVER (PARTITION BY one.membership_id) AS earns
            FROM points_staged_entry AS one
            WHERE one.batch = p_batch AND one.verdict = ''
        ) AS fresh
        CROSS JOIN LATERAL (
            SELECT known.* FROM points_pointsaccount AS known WHERE known.membership_id = fresh.membership_id OFFSET 0
        ) AS account
        WHERE fresh.earns AND account.debt = 0 AND account.held = 0
        WINDOW walk AS (PARTITION BY fresh.membership_id ORDER BY fresh.item)
    ) AS walked
    ORDER BY walked.membership_id, walked.item;  -- a later entry of an account has the higher id

    UPDATE points_staged_entry AS staged
    SET verdict = 'new', entry_id = posted.id, account_version = posted.account_version, delta = posted.delta,
        balance_after = posted.balance_after
    FROM (
        SELECT one.ctid AS place, entry.*
        FROM points_staged_entry AS one
        CROSS JOIN LATERAL (
            SELECT posted.id, posted.account_version, posted.delta, posted.balance_after FROM points_pointsentry AS posted
            WHERE posted.account_id = one.membership_id AND posted.effect_key = one.effect_key
            OFFSET 0
        ) AS entry
        WHERE one.batch = p_batch AND one.verdict = ''
    ) AS posted
    WHERE staged.ctid = posted.place;

    INSERT INTO points_pointslot (account_id, entry_id, amount, remaining, held, earned_at, available_from, ends_at, is_open)
    SELECT
        staged.membership_id, staged.entry_id, staged.requested, staged.requested, 0, staged.earned_at, staged.available_from,
        staged.ends_at, true
    FROM points_staged_entry AS staged
    WHERE staged.batch = p_batch AND staged.verdict = 'new'
    ORDER BY staged.entry_id;

    UPDATE points_pointsaccount AS account
    SET (balance, version) = (
            SELECT last.balance_after, last.account_version FROM points_pointsentry AS last
            WHERE last.account_id = account.membership_id
            ORDER BY last.account_version DESC
            LIMIT 1
        ),
        is_live = account.is_live OR p_live
    WHERE account.membership_id = ANY (ARRAY(
        SELECT DISTINCT staged.membership_id FROM points_staged_entry AS staged WHERE staged.batch = p_batch AND staged.verdict = 'new'
    ));
END $$
