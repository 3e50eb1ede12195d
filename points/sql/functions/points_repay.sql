-- Let free points, pending ones too, pay what reversals still owe: one 'repay' entry for each reversal, oldest first. Each takes first from
-- the lot it reversed, then from others in burn order, in its stead: what comes back to that lot later goes to them.
-- cause: the line that brought the points; its key, cause and the words for it, time and actor are theirs. The caller holds the account.
CREATE FUNCTION points_repay(cause points_staged_entry, p_at timestamptz, p_live boolean) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    line points_staged_entry := cause;
    owing record;
    own bigint;
    wanted bigint;
    others record;
BEGIN
    PERFORM FROM points_pointsaccount AS account WHERE account.membership_id = cause.membership_id AND account.debt > 0;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    line.kind := 'repay';
    line.rules_id := NULL;
    line.rule := '';
    line.hold_id := NULL;
    line.details := points_named_cause(cause.details);
    line.note := '';
    FOR owing IN
        SELECT found.*
        FROM (
            SELECT
                reversal.id, reversal.account_version, lot.id AS lot_id,
                reversal.owed + coalesce((
                    SELECT sum(paid.owed) FROM points_pointsentry AS paid WHERE paid.reverses_id = reversal.id
                ), 0) AS owes
            FROM points_pointsentry AS reversal
            JOIN points_pointslot AS lot ON lot.entry_id = reversal.reverses_id
            WHERE reversal.account_id = cause.membership_id AND reversal.kind = 'reverse' AND reversal.owed > 0
        ) AS found
        WHERE found.owes > 0
        ORDER BY found.account_version
    LOOP
        SELECT coalesce(sum(least(owing.owes, lot.remaining - lot.held)), 0) INTO own
        FROM points_pointslot AS lot
        WHERE lot.id = owing.lot_id AND (lot.ends_at IS NULL OR lot.ends_at > p_at);
        wanted := owing.owes - own;
        others := points_plan(cause.membership_id, wanted, p_at, true, owing.lot_id);
        EXIT WHEN own + others.total = 0;
        line.reverses_id := owing.id;
        line.requested := -(own + others.total);
        line.effect_key := points_derived_key(cause.effect_key, 'repay:' || owing.id);
        line := points_append(line, line.requested, line.requested, 0, p_at, p_live);
        IF own > 0 THEN
            PERFORM points_take(line.entry_id, ARRAY[owing.lot_id], ARRAY[own], NULL);
        END IF;
        PERFORM points_take(line.entry_id, others.lots, others.amounts, owing.lot_id);
    END LOOP;
END $$
