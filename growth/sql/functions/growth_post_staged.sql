-- Post the entries staged under p_batch, in `item` order within an account: the one road for one entry and for a million.
-- p_live: False while history is loaded; then booked_at is each entry's own occurred_at (ruling 6).
-- Holds the memberships until the transaction ends, in id order (ruling 2), and reads balances in later statements only. A membership's
-- lock is its account's too: nothing but this function writes accounts.
-- Fills verdict ("new", "replay", "conflict", "closed"), and of new and replayed ones entry_id, account_version, applied, balance_after.
-- With a conflict, or history for an account that has live entries, nothing is posted. A second run finds only replays.
CREATE FUNCTION growth_post_staged(p_batch bigint, p_booked_at timestamptz, p_live boolean)
RETURNS TABLE (posted bigint, replayed bigint, conflicts bigint, closed bigint)
LANGUAGE plpgsql AS $$
DECLARE
    entries bigint;
    accounts bigint;
BEGIN
    PERFORM FROM stores_membership AS membership
    WHERE membership.id IN (SELECT staged.membership_id FROM growth_staged_entry AS staged WHERE staged.batch = p_batch)
    ORDER BY membership.id
    FOR NO KEY UPDATE;

    INSERT INTO growth_growthaccount (membership_id, balance, version, is_live)
    SELECT DISTINCT staged.membership_id, 0, 0, false
    FROM growth_staged_entry AS staged
    WHERE staged.batch = p_batch
        AND NOT EXISTS (SELECT FROM growth_growthaccount AS account WHERE account.membership_id = staged.membership_id)
    ORDER BY staged.membership_id
    ON CONFLICT DO NOTHING;

    SELECT count(*), count(DISTINCT staged.membership_id) INTO entries, accounts
    FROM growth_staged_entry AS staged WHERE staged.batch = p_batch;
    IF entries > 1000 THEN
        -- Plans kept from small batches, or made for the few rows that a table nobody analyses seems to hold, would take hours here.
        PERFORM set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_nestloop', 'off', true);
    END IF;

    UPDATE growth_staged_entry AS staged
    SET verdict = CASE
            WHEN known.request_digest = growth_request_digest(
                staged.requested, staged.reason, staged.source_type, staged.source_id, staged.rfm_run_id, staged.reverses_id, staged.note
            ) THEN 'replay' ELSE 'conflict'
        END,
        entry_id = known.id, account_version = known.account_version, applied = known.applied, balance_after = known.balance_after
    FROM growth_growthentry AS known
    WHERE staged.batch = p_batch AND known.account_id = staged.membership_id AND known.effect_key = staged.effect_key;

    IF entries > accounts THEN  -- a key may come twice in the batch: the later one replays the earlier
        UPDATE growth_staged_entry AS staged
        SET verdict = CASE
                WHEN (staged.requested, staged.reason, staged.source_type, staged.source_id, staged.rfm_run_id, staged.reverses_id,
                      staged.note)
                    IS NOT DISTINCT FROM
                     (earlier.requested, earlier.reason, earlier.source_type, earlier.source_id, earlier.rfm_run_id, earlier.reverses_id,
                      earlier.note)
                THEN 'again' ELSE 'conflict'
            END
        FROM (
            SELECT one.*, min(one.item) OVER (PARTITION BY one.membership_id, one.effect_key) AS first_item
            FROM growth_staged_entry AS one
            WHERE one.batch = p_batch
        ) AS later
        JOIN growth_staged_entry AS earlier ON earlier.batch = p_batch AND earlier.item = later.first_item
        WHERE later.item > later.first_item AND staged.batch = p_batch AND staged.item = later.item AND staged.verdict = '';
    END IF;

    IF NOT p_live THEN
        UPDATE growth_staged_entry AS staged SET verdict = 'closed'
        FROM growth_growthaccount AS account
        WHERE staged.batch = p_batch AND staged.verdict = '' AND account.membership_id = staged.membership_id AND account.is_live;
    END IF;

    SELECT count(*) FILTER (WHERE staged.verdict = ''), count(*) FILTER (WHERE staged.verdict IN ('replay', 'again')),
        count(*) FILTER (WHERE staged.verdict = 'conflict'), count(*) FILTER (WHERE staged.verdict = 'closed')
    INTO posted, replayed, conflicts, closed
    FROM growth_staged_entry AS staged WHERE staged.batch = p_batch;

    IF conflicts + closed = 0 AND posted > 0 THEN
        -- The floor at 0 (A-16): let S be the balance without a floor. What lay below 0 so far was not taken, so the balance is S less the
        -- lowest S until now, where that is below 0.
        WITH walked AS MATERIALIZED (  -- numbered in the order of the walk: a later entry of an account has the higher id
            SELECT
                reached.item, reached.account_version, reached.balance_after,
                lag(reached.balance_after, 1, reached.balance) OVER (PARTITION BY reached.membership_id ORDER BY reached.item)
                    AS balance_before,
                nextval('growth_growthentry_id_seq') AS entry_id
            FROM (
                SELECT
                    summed.*,
                    summed.without_floor - least(0, min(summed.without_floor) OVER (PARTITION BY summed.membership_id ORDER BY summed.item))
                        AS balance_after
                FROM (
                    SELECT
                        fresh.item, fresh.membership_id, account.balance,
                        account.balance + sum(CASE WHEN fresh.requested > 0 THEN least(fresh.requested, fresh.apply_at_most)
                                              ELSE fresh.requested END) OVER walk AS without_floor,
                        account.version + row_number() OVER walk AS account_version
                    FROM growth_staged_entry AS fresh
                    JOIN growth_growthaccount AS account ON account.membership_id = fresh.membership_id
                    WHERE fresh.batch = p_batch AND fresh.verdict = ''
                    WINDOW walk AS (PARTITION BY fresh.membership_id ORDER BY fresh.item)
                ) AS summed
            ) AS reached
        )
        UPDATE growth_staged_entry AS staged
        SET verdict = 'new', entry_id = walked.entry_id, account_version = walked.account_version,
            applied = walked.balance_after - walked.balance_before, balance_after = walked.balance_after
        FROM walked
        WHERE staged.batch = p_batch AND staged.item = walked.item;

        INSERT INTO growth_growthentry (
            id, account_id, account_version, requested, applied, balance_after, reason, source_type, source_id, rule_id, rfm_run_id,
            reverses_id, details, note, effect_key, request_digest, actor, occurred_at, booked_at
        )
        SELECT
            staged.entry_id, staged.membership_id, staged.account_version, staged.requested, staged.applied, staged.balance_after,
            staged.reason, staged.source_type, staged.source_id, staged.rule_id, staged.rfm_run_id, staged.reverses_id, staged.details,
            staged.note, staged.effect_key,
            growth_request_digest(
                staged.requested, staged.reason, staged.source_type, staged.source_id, staged.rfm_run_id, staged.reverses_id, staged.note
            ),
            staged.actor, staged.occurred_at, CASE WHEN p_live THEN p_booked_at ELSE staged.occurred_at END
        FROM growth_staged_entry AS staged
        WHERE staged.batch = p_batch AND staged.verdict = 'new'
        ORDER BY staged.membership_id, staged.item;

        UPDATE growth_growthaccount AS account
        SET balance = last.balance_after, version = last.account_version, is_live = account.is_live OR p_live
        FROM (
            SELECT DISTINCT ON (staged.membership_id) staged.membership_id, staged.balance_after, staged.account_version
            FROM growth_staged_entry AS staged
            WHERE staged.batch = p_batch AND staged.verdict = 'new'
            ORDER BY staged.membership_id, staged.item DESC
        ) AS last
        WHERE account.membership_id = last.membership_id;

        IF entries > accounts THEN
            UPDATE growth_staged_entry AS staged
            SET verdict = 'replay', entry_id = known.id, account_version = known.account_version, applied = known.applied,
                balance_after = known.balance_after
            FROM growth_growthentry AS known
            WHERE staged.batch = p_batch AND staged.verdict = 'again'
                AND known.account_id = staged.membership_id AND known.effect_key = staged.effect_key;
        END IF;
    END IF;
    IF entries > 1000 THEN
        PERFORM set_config('plan_cache_mode', 'auto', true), set_config('enable_nestloop', 'on', true);
    END IF;
    RETURN NEXT;
END $$
