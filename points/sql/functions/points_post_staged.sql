-- Post the entries staged under p_batch, in `item` order within an account: the one road for one entry and for a million.
-- p_live: False while history is loaded; then booked_at is each entry's own occurred_at (ruling 6).
-- Holds the memberships until the transaction ends, in id order (ruling 2), and reads accounts and lots in later statements only. A
-- membership's lock is its account's too: nothing but the functions of this folder writes accounts, lots and holds.
-- Accounts that owe and hold nothing, and only earn or have one spending, are posted by few statements (points_post_plain), all others line
-- by line (points_post_one).
-- Fills verdict (see there), and of new and replayed entries entry_id, delta, balance_after. With a conflict, or history for an account that
-- has live entries, nothing is posted; what is short, beyond or ended is left out, and the caller says whether that may be. A second run
-- finds only replays.
CREATE FUNCTION points_post_staged(p_batch bigint, p_booked_at timestamptz, p_live boolean)
RETURNS TABLE (posted bigint, replayed bigint, refused bigint)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan  -- each statement says its own way: to plan for a batch of its size would change nothing
SET enable_seqscan = off  -- a plan that is kept may have been made when the tables were small
AS $$
DECLARE
    twice record;
    line points_staged_entry;
BEGIN
    -- Nobody analyses the staging table, and others may have been empty when somebody last looked: each statement says itself that it goes
    -- from the staged rows to the rest, row by row and by an index (OFFSET 0, ctid, arrays), as the planner may believe all of them empty.
    PERFORM FROM (
        SELECT DISTINCT staged.membership_id FROM points_staged_entry AS staged WHERE staged.batch = p_batch ORDER BY staged.membership_id
    ) AS touched
    CROSS JOIN LATERAL (
        SELECT FROM stores_membership AS membership WHERE membership.id = touched.membership_id OFFSET 0 FOR NO KEY UPDATE
    ) AS membership;

    INSERT INTO points_pointsaccount (membership_id, balance, held, debt, version, is_live)
    SELECT DISTINCT staged.membership_id, 0, 0, 0, 0, false
    FROM points_staged_entry AS staged
    WHERE staged.batch = p_batch
    ORDER BY staged.membership_id
    ON CONFLICT DO NOTHING;

    UPDATE points_staged_entry AS staged
    SET verdict = CASE WHEN known.request_digest = points_request_digest(staged) THEN 'replay' ELSE 'conflict' END,
        entry_id = known.id, delta = known.delta, balance_after = known.balance_after
    FROM (
        SELECT one.ctid AS place, entry.*
        FROM points_staged_entry AS one
        CROSS JOIN LATERAL (
            SELECT known.id, known.request_digest, known.delta, known.balance_after FROM points_pointsentry AS known
            WHERE known.account_id = one.membership_id AND known.effect_key = one.effect_key
            OFFSET 0
        ) AS entry
        WHERE one.batch = p_batch
    ) AS known
    WHERE staged.ctid = known.place;

    -- A key may come twice in the batch: the later one replays the earlier. They are few, and found in one pass.
    FOR twice IN
        SELECT told.membership_id, told.item, told.first_item
        FROM (
            SELECT
                one.membership_id, one.item,
                first_value(one.item) OVER (PARTITION BY one.membership_id, one.effect_key ORDER BY one.item) AS first_item
            FROM points_staged_entry AS one
            WHERE one.batch = p_batch AND one.verdict = ''
        ) AS told
        WHERE told.first_item < told.item
    LOOP
        UPDATE points_staged_entry AS staged
        SET verdict = CASE WHEN points_request_digest(staged) = points_request_digest(first) THEN 'again' ELSE 'conflict' END
        FROM points_staged_entry AS first
        WHERE staged.batch = p_batch AND staged.membership_id = twice.membership_id AND staged.item = twice.item
            AND first.batch = p_batch AND first.membership_id = twice.membership_id AND first.item = twice.first_item;
    END LOOP;

    IF NOT p_live THEN
        UPDATE points_staged_entry AS staged SET verdict = 'closed'
        WHERE staged.batch = p_batch AND staged.verdict = ''
            AND (SELECT account.is_live FROM points_pointsaccount AS account WHERE account.membership_id = staged.membership_id);
    END IF;

    IF NOT EXISTS (SELECT FROM points_staged_entry AS staged WHERE staged.batch = p_batch AND staged.verdict IN ('conflict', 'closed')) THEN
        PERFORM points_post_plain(p_batch, p_booked_at, p_live);
        FOR line IN
            SELECT * FROM points_staged_entry AS staged
            WHERE staged.batch = p_batch AND staged.verdict IN ('', 'again')
            ORDER BY staged.membership_id, staged.item
        LOOP
            line := points_post_one(line, p_booked_at, p_live);
            UPDATE points_staged_entry AS staged
            SET verdict = line.verdict, entry_id = line.entry_id, delta = line.delta, balance_after = line.balance_after,
                available = line.available, also = line.also
            WHERE staged.batch = p_batch AND staged.membership_id = line.membership_id AND staged.item = line.item;
        END LOOP;
    END IF;

    SELECT count(*) FILTER (WHERE staged.verdict = 'new'), count(*) FILTER (WHERE staged.verdict = 'replay'),
        count(*) FILTER (WHERE staged.verdict NOT IN ('new', 'replay'))
    INTO posted, replayed, refused
    FROM points_staged_entry AS staged WHERE staged.batch = p_batch;
    RETURN NEXT;
END $$
