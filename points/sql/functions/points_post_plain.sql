-- Post the staged entries of accounts that owe and hold nothing, and for which the batch only brings points, or has one spending: nothing
-- follows from them, so entries, lots, moves and accounts are written by a statement each. The caller holds the accounts. As
-- points_post_one, line by line. A spending for which too little is available gets its verdict, and is left out.
CREATE FUNCTION points_post_plain(p_batch bigint, p_booked_at timestamptz, p_live boolean) RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan  -- each statement says its own way: to plan for a batch of its size would change nothing
SET enable_seqscan = off  -- a plan that is kept may have been made when the tables were small
AS $$
DECLARE
    spenders bigint[];  -- what the spendings take: from which lot of whom how many points
    lots bigint[];
    amounts bigint[];
    short bigint[];  -- who has too little, and how much that is
    available bigint[];
BEGIN
    -- Row by row and by an index, whatever the planner believes, as points_post_staged.
    PERFORM FROM points_staged_entry AS staged WHERE staged.batch = p_batch AND staged.verdict = '' AND staged.verb = 'spend' LIMIT 1;
    IF FOUND THEN
        SELECT
            array_agg(planned.membership_id ORDER BY planned.membership_id, part.place) FILTER (WHERE planned.suffices),
            array_agg(part.lot_id ORDER BY planned.membership_id, part.place) FILTER (WHERE planned.suffices),
            array_agg(part.amount ORDER BY planned.membership_id, part.place) FILTER (WHERE planned.suffices),
            array_agg(planned.membership_id ORDER BY planned.membership_id, part.place) FILTER (WHERE NOT planned.suffices),
            array_agg(planned.total ORDER BY planned.membership_id, part.place) FILTER (WHERE NOT planned.suffices)
        INTO spenders, lots, amounts, short, available
        FROM (
            SELECT fresh.membership_id, plan.lots, plan.amounts, plan.total, plan.total >= -fresh.requested AS suffices
            FROM (
                SELECT one.membership_id, one.verb, one.requested, one.occurred_at, count(*) OVER (PARTITION BY one.membership_id) AS lines
                FROM points_staged_entry AS one
                WHERE one.batch = p_batch AND one.verdict = ''
            ) AS fresh
            CROSS JOIN LATERAL (
                SELECT FROM points_pointsaccount AS known
                WHERE known.membership_id = fresh.membership_id AND known.debt = 0 AND known.held = 0
                OFFSET 0
            ) AS account
            CROSS JOIN LATERAL points_plan(
                fresh.membership_id, -fresh.requested, CASE WHEN p_live THEN p_booked_at ELSE fresh.occurred_at END, false, NULL
            ) AS plan
            WHERE fresh.lines = 1 AND fresh.verb = 'spend'
        ) AS planned
        LEFT JOIN LATERAL unnest(planned.lots, planned.amounts) WITH ORDINALITY AS part (lot_id, amount, place) ON planned.suffices;
    END IF;
    IF short IS NOT NULL THEN
        UPDATE points_staged_entry AS staged
        SET verdict = 'short', available = refused.available
        FROM (
            SELECT told.available, one.place
            FROM unnest(short, available) AS told (membership_id, available)
            CROSS JOIN LATERAL (
                SELECT line.ctid AS place FROM points_staged_entry AS line
                WHERE line.batch = p_batch AND line.membership_id = told.membership_id AND line.verdict = ''
                OFFSET 0
            ) AS one
        ) AS refused
        WHERE staged.ctid = refused.place;
    END IF;

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
            SELECT
                one.*, points_request_digest(one) AS digest,
                bool_and(one.verb = 'earn') OVER (PARTITION BY one.membership_id) AS earns,
                one.verb = 'spend' AND count(*) OVER (PARTITION BY one.membership_id) = 1 AS spends
            FROM points_staged_entry AS one
            WHERE one.batch = p_batch AND one.verdict = ''
        ) AS fresh
        CROSS JOIN LATERAL (
            SELECT known.* FROM points_pointsaccount AS known WHERE known.membership_id = fresh.membership_id OFFSET 0
        ) AS account
        WHERE (fresh.earns OR fresh.spends) AND account.debt = 0 AND account.held = 0
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
    WHERE staged.batch = p_batch AND staged.verdict = 'new' AND staged.verb = 'earn'
    ORDER BY staged.entry_id;

    IF spenders IS NOT NULL THEN
        UPDATE points_pointslot AS lot
        SET remaining = lot.remaining - taken.amount, is_open = lot.remaining > taken.amount
        FROM (
            SELECT part.amount, known.place
            FROM unnest(lots, amounts) AS part (lot_id, amount)
            CROSS JOIN LATERAL (SELECT one.ctid AS place FROM points_pointslot AS one WHERE one.id = part.lot_id OFFSET 0) AS known
        ) AS taken
        WHERE lot.ctid = taken.place;

        INSERT INTO points_pointsmove (entry_id, lot_id, delta)
        SELECT spending.entry_id, part.lot_id, -part.amount
        FROM unnest(spenders, lots, amounts) WITH ORDINALITY AS part (membership_id, lot_id, amount, place)
        CROSS JOIN LATERAL (
            SELECT staged.entry_id FROM points_staged_entry AS staged
            WHERE staged.batch = p_batch AND staged.membership_id = part.membership_id AND staged.verdict = 'new'
            OFFSET 0
        ) AS spending
        ORDER BY part.place;  -- what an entry took first has the lower id
    END IF;

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
