-- Post one staged line to its account, which the caller holds. Holds of the account whose time is over end first.
-- Answers the line with its verdict - "new", "replay", "conflict" (a known key asked for something else), "closed" (history for an account
-- with live entries), "short" (less is available: `available`), "beyond" (less is left of the entry: `available`), "ended" (the hold is not
-- active) - and, of new and replayed ones, entry_id, delta, balance_after; also: ids of other entries that followed. Only "new" writes.
CREATE FUNCTION points_post_one(INOUT line points_staged_entry, p_booked_at timestamptz, p_live boolean) LANGUAGE plpgsql AS $$
DECLARE
    at timestamptz := CASE WHEN p_live THEN p_booked_at ELSE line.occurred_at END;  -- history is booked when it happened (ruling 6)
    before record;
    plan record;
    held record;
BEGIN
    SELECT account.version, account.held, account.debt, account.is_live, known.id, known.request_digest, known.delta, known.balance_after
    INTO before
    FROM points_pointsaccount AS account
    LEFT JOIN points_pointsentry AS known ON known.account_id = account.membership_id AND known.effect_key = line.effect_key
    WHERE account.membership_id = line.membership_id;
    IF NOT FOUND THEN
        INSERT INTO points_pointsaccount AS opened (membership_id, balance, held, debt, version, is_live)
        VALUES (line.membership_id, 0, 0, 0, 0, false)
        RETURNING opened.version, opened.held, opened.debt INTO before;
    ELSIF before.id IS NOT NULL THEN
        line.verdict := CASE WHEN before.request_digest = points_request_digest(line) THEN 'replay' ELSE 'conflict' END;
        line.entry_id := before.id;
        line.delta := before.delta;
        line.balance_after := before.balance_after;
        RETURN;
    ELSIF before.is_live AND NOT p_live THEN
        line.verdict := 'closed';
        RETURN;
    ELSIF before.held > 0 THEN
        PERFORM points_end_due_holds(line.membership_id, at, p_live);
    END IF;

    line.verdict := 'new';
    CASE line.verb
        WHEN 'earn' THEN
            line := points_append(line, line.requested, 0, 0, at, p_live);
            PERFORM points_make_lot(line.membership_id, line.entry_id, line.requested, line.earned_at, line.available_from, line.ends_at);
            IF before.debt > 0 THEN
                PERFORM points_repay(line, at, p_live);
            END IF;
        WHEN 'spend' THEN
            plan := points_plan(line.membership_id, -line.requested, at, false, NULL);
            IF plan.total < -line.requested THEN
                line.verdict := 'short';
                line.available := plan.total;
            ELSE
                line := points_append(line, line.requested, 0, 0, at, p_live);
                PERFORM points_take(line.entry_id, plan.lots, plan.amounts, NULL);
            END IF;
        WHEN 'reverse' THEN
            line := points_reverse(line, at, p_live);
        WHEN 'restore' THEN
            line := points_restore(line, at, p_live);
        WHEN 'capture' THEN
            SELECT hold.state, hold.amount INTO held
            FROM points_pointshold AS hold
            WHERE hold.id = line.hold_id AND hold.account_id = line.membership_id;
            IF held.state IS DISTINCT FROM 'active' THEN
                line.verdict := 'ended';
            ELSIF held.amount < -line.requested THEN
                line.verdict := 'short';
                line.available := held.amount;
            ELSE
                line := points_end_hold(line, line.hold_id, 'captured', -line.requested, at, p_live);
            END IF;
    END CASE;
    IF before.held > 0 OR before.debt > 0 OR line.verb = 'restore' THEN
        SELECT array_agg(entry.id ORDER BY entry.id) INTO line.also
        FROM points_pointsentry AS entry
        WHERE entry.account_id = line.membership_id AND entry.account_version > before.version
            AND entry.id IS DISTINCT FROM line.entry_id;
    END IF;
END $$
