-- Give back `requested` points of the entry that spent them, into the lots it took, the last taken first. Points of a lot that has ended
-- meanwhile end at once, or live on by grace as the lot of this entry; then debts are repaid. Together never more than was spent: then the
-- verdict is 'beyond', `available` what is left of it. The caller holds the account.
CREATE FUNCTION points_restore(INOUT line points_staged_entry, p_at timestamptz, p_live boolean)
LANGUAGE plpgsql AS $$
DECLARE
    given bigint;
    taken record;
    left_over bigint := line.requested;
    part bigint;
    fresh bigint;
    ended record;
BEGIN
    SELECT coalesce(sum(earlier.requested), 0) INTO given
    FROM points_pointsentry AS earlier
    WHERE earlier.reverses_id = line.reverses_id AND earlier.kind = 'restore';
    SELECT -spent.delta - given INTO line.available
    FROM points_pointsentry AS spent
    WHERE spent.id = line.reverses_id AND spent.account_id = line.membership_id AND spent.delta < 0
        AND spent.kind NOT IN ('expire', 'reverse', 'repay');
    IF line.available IS NULL OR line.available < left_over THEN
        line.verdict := 'beyond';
        line.available := coalesce(line.available, 0);
        RETURN;
    END IF;
    line.available := NULL;
    line.grace_ends_at := coalesce(line.grace_ends_at, (points_policy_at(line.membership_id, p_at)).grace_ends_at);
    line := points_append(line, line.requested, 0, 0, p_at, p_live);
    FOR taken IN
        SELECT move.lot_id, -move.delta AS amount FROM points_pointsmove AS move WHERE move.entry_id = line.reverses_id ORDER BY move.id DESC
    LOOP
        part := least(given, taken.amount);  -- earlier restorations gave this back
        given := given - part;
        part := least(left_over, taken.amount - part);
        left_over := left_over - part;
        IF part > 0 THEN
            PERFORM points_place(line.entry_id, taken.lot_id, part, NULL, p_at, line.grace_ends_at IS NOT NULL);
        END IF;
    END LOOP;
    SELECT line.requested - coalesce(sum(move.delta), 0) INTO fresh FROM points_pointsmove AS move WHERE move.entry_id = line.entry_id;
    IF fresh > 0 THEN
        PERFORM points_make_lot(line.membership_id, line.entry_id, fresh, p_at, p_at, line.grace_ends_at);
    END IF;
    SELECT coalesce(array_agg(back.lot_id ORDER BY back.lot_id), '{}') AS lots,
        coalesce(array_agg(back.amount ORDER BY back.lot_id), '{}') AS amounts
    INTO ended
    FROM (
        SELECT move.lot_id, sum(move.delta)::bigint AS amount
        FROM points_pointsmove AS move
        JOIN points_pointslot AS lot ON lot.id = move.lot_id
        WHERE move.entry_id = line.entry_id AND lot.ends_at <= p_at
        GROUP BY move.lot_id
        HAVING sum(move.delta) > 0
    ) AS back;
    PERFORM points_end_freed(line, ended.lots, ended.amounts, p_at, p_live);
    PERFORM points_repay(line, p_at, p_live);
END $$
