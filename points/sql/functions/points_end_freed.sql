-- Points of lots that have ended are free again (a hold let go of them, or they came back): end them by an 'expire' entry. Those of a hold
-- live on by grace as a new lot, made by a 'restore' entry that names the other; those that came back had their grace before.
-- cause: the line that freed them; its key, time and actor are theirs. Nothing happens for no lots. The caller holds the account.
CREATE FUNCTION points_end_freed(
    cause points_staged_entry, p_lots bigint[], p_amounts bigint[], p_at timestamptz, p_live boolean
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    line points_staged_entry := cause;
    total bigint;
    grace timestamptz;
BEGIN
    IF p_lots = '{}' THEN
        RETURN;
    END IF;
    SELECT sum(amount) INTO total FROM unnest(p_amounts) AS amount;
    line.kind := 'expire';
    line.requested := -total;
    line.rules_id := NULL;
    line.rule := '';
    line.reverses_id := NULL;
    line.hold_id := NULL;
    line.details := points_named_cause(cause.details);
    line.note := '';
    line.effect_key := points_derived_key(cause.effect_key, 'expire');
    line := points_append(line, -total, 0, 0, p_at, p_live);
    PERFORM points_take(line.entry_id, p_lots, p_amounts, NULL);
    IF cause.verb <> 'restore' THEN
        grace := (points_policy_at(line.membership_id, p_at)).grace_ends_at;
    END IF;
    IF grace IS NOT NULL THEN
        line.kind := 'restore';
        line.requested := total;
        line.reverses_id := line.entry_id;
        line.effect_key := points_derived_key(cause.effect_key, 'grace');
        line := points_append(line, total, 0, 0, p_at, p_live);
        PERFORM points_make_lot(line.membership_id, line.entry_id, total, p_at, p_at, grace);
    END IF;
END $$
