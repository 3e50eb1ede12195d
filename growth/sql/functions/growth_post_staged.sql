-- Post the entries staged under p_batch, in `item` order within an account: the one road for one entry and for a million.
-- p_live: False while history is loaded; then booked_at is each entry's own occurred_at (ruling 6).
-- Holds the memberships until the transaction ends, in id order (ruling 2), and reads balances in later statements only. A membership's
-- lock is its account's too: nothing but this function writes accounts.
-- Fills verdict ("new", "replay", "conflict", "closed"), and of new and replayed ones entry_id, account_version, applied, balance_after.
-- With a conflict, or history for an account that has live entries, nothing is posted. A second run finds only replays.
CREATE FUNCTION growth_post_staged(p_batch bigint, p_booked_at timestamptz, p_live boolean)
RETURNS TABLE (posted bigint, replayed bigint, conflicts bigint, closed bigint)
LANGUAGE plpgsql
SET enable_seqscan = off  -- a plan that is kept may have been made when the tables were small
AS $$
DECLARE
    twice record;
BEGIN
    -- Nobody analyses the staging table, and others may have been empty when somebody last looked: each statement says itself that it goes
    -- from the staged rows to the rest, row by row and by an index (OFFSET 0, ctid, arrays), as the planner may believe all of them empty.
    PERFORM FROM (
        SELECT DISTINCT staged.membership_id FROM growth_staged_entry AS staged WHERE staged.batch = p_batch ORDER BY staged.membership_id
    ) AS touched
    CROSS JOIN LATERAL (
        SELECT FROM stores_membership AS membership WHERE membership.id = touched.membership_id OFFSET 0 FOR NO KEY UPDATE
    ) AS membership;

    INSERT INTO growth_growthaccount (membership_id, balance, version, is_live)
    SELECT DISTINCT staged.membership_id, 0, 0, false
    FROM growth_staged_entry AS staged
    WHERE staged.batch = p_batch
    ORDER BY staged.membership_id
    ON CONFLICT DO NOTHING;

    UPDATE growth_staged_entry AS staged
    SET verdict = CASE
            WHEN known.request_digest = growth_request_digest(
                staged.requested, staged.reason, staged.source_type, staged.source_id, staged.rfm_run_id, staged.reverses_id, staged.note
            ) THEN 'replay' ELSE 'conflict'
        END,
        entry_id = known.id, account_version = known.account_version, applied = known.applied, balance_after = known.balance_after
    FROM (
        SELECT one.ctid AS place, entry.*
        FROM growth_staged_entry AS one
        CROSS JOIN LATERAL (
            SELECT known.id, known.request_digest, known.account_version, known.applied, known.balance_after
            FROM growth_growthentry AS known
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
            FROM growth_staged_entry AS one
            WHERE one.batch = p_batch AND one.verdict = ''
        ) AS told
        WHERE told.first_item < told.item
    LOOP
        UPDATE growth_staged_entry AS staged
        SET verdict = CASE
                WHEN growth_request_digest(
                    staged.requested, staged.reason, staged.source_type, staged.source_id, staged.rfm_run_id, staged.reverses_id, staged.note
                ) = growth_request_digest(
                    first.requested, first.reason, first.source_type, first.source_id, first.rfm_run_id, first.reverses_id, first.note
                ) THEN 'again' ELSE 'conflict'
            END
        FROM growth_staged_entry AS first
        WHERE staged.batch = p_batch AND staged.membership_id = twice.membership_id AND staged.item = twice.item
            AND first.batch = p_batch AND first.membership_id = twice.membership_id AND first.item = twice.first_item;
    END LOOP;

    IF NOT p_live THEN
        UPDATE growth_staged_entry AS staged SET verdict = 'closed'
        WHERE staged.batch = p_batch AND staged.verdict = ''
            AND (SELECT account.is_live FROM growth_growthaccount AS account WHERE account.membership_id = staged.membership_id);
    END IF;

    SELECT count(*) FILTER (WHERE staged.verdict = ''), count(*) FILTER (WHERE staged.verdict IN ('replay', 'again')),
        count(*) FILTER (WHERE staged.verdict = 'conflict'), count(*) FILTER (WHERE staged.verdict = 'closed')
    INTO posted, replayed, conflicts, closed
    FROM growth_staged_entry AS staged WHERE staged.batch = p_batch;

    IF conflicts + closed = 0 AND posted > 0 THEN
        -- The floor at 0 (A-16): let S be the balance without a floor. What lay below 0 so far was not taken, so the balance is S less the
        -- lowest S until now, where that is below 0. Numbered in the order of the walk: a later entry of an account has the higher id.
        INSERT INTO growth_growthentry (
            account_id, account_version, requested, applied, balance_after, reason, source_type, source_id, rule_id, rfm_run_id,
            reverses_id, details, note, effect_key, request_digest, actor, occurred_at, booked_at
        )
        SELECT
            reached.membership_id, reached.next_version, reached.requested,
            reached.reached_balance
                - lag(reached.reached_balance, 1, reached.balance) OVER (PARTITION BY reached.membership_id ORDER BY reached.item),
            reached.reached_balance, reached.reason, reached.source_type, reached.source_id, reached.rule_id, reached.rfm_run_id,
            reached.reverses_id, reached.details, reached.note, reached.effect_key,
            growth_request_digest(
                reached.requested, reached.reason, reached.source_type, reached.source_id, reached.rfm_run_id, reached.reverses_id,
                reached.note
            ),
            reached.actor, reached.occurred_at, CASE WHEN p_live THEN p_booked_at ELSE reached.occurred_at END
        FROM (
            SELECT
                summed.*,
                summed.without_floor - least(0, min(summed.without_floor) OVER (PARTITION BY summed.membership_id ORDER BY summed.item))
                    AS reached_balance
            FROM (
                SELECT
                    fresh.*, account.balance,
                    account.balance + sum(CASE WHEN fresh.requested > 0 THEN least(fresh.requested, fresh.apply_at_most)
                                          ELSE fresh.requested END) OVER walk AS without_floor,
                    account.version + row_number() OVER walk AS next_version
                FROM growth_staged_entry AS fresh
                CROSS JOIN LATERAL (  -- by the entry, row by row, whatever the planner believes of accounts just opened
                    SELECT known.* FROM growth_growthaccount AS known WHERE known.membership_id = fresh.membership_id OFFSET 0
                ) AS account
                WHERE fresh.batch = p_batch AND fresh.verdict = ''
                WINDOW walk AS (PARTITION BY fresh.membership_id ORDER BY fresh.item)
            ) AS summed
        ) AS reached
        ORDER BY reached.membership_id, reached.item;

        UPDATE growth_staged_entry AS staged
        SET verdict = CASE staged.verdict WHEN '' THEN 'new' ELSE 'replay' END, entry_id = known.id,
            account_version = known.account_version, applied = known.applied, balance_after = known.balance_after
        FROM (
            SELECT one.ctid AS place, entry.*
            FROM growth_staged_entry AS one
            CROSS JOIN LATERAL (
                SELECT known.id, known.account_version, known.applied, known.balance_after
                FROM growth_growthentry AS known
                WHERE known.account_id = one.membership_id AND known.effect_key = one.effect_key
                OFFSET 0
            ) AS entry
            WHERE one.batch = p_batch AND one.verdict IN ('', 'again')
        ) AS known
        WHERE staged.ctid = known.place;

        UPDATE growth_growthaccount AS account
        SET (balance, version) = (
                SELECT last.balance_after, last.account_version FROM growth_growthentry AS last
                WHERE last.account_id = account.membership_id
                ORDER BY last.account_version DESC
                LIMIT 1
            ),
            is_live = account.is_live OR p_live
        WHERE account.membership_id = ANY (ARRAY(
            SELECT DISTINCT staged.membership_id FROM growth_staged_entry AS staged WHERE staged.batch = p_batch AND staged.verdict = 'new'
        ));
    END IF;
    RETURN NEXT;
END $$
