-- End an active hold: take the first p_captured points of its parts by the line `cause` (0: none, and nothing is posted), let go of the
-- rest. Of what is let go, points of lots that have ended meanwhile end too, or live on by grace; then debts are repaid.
-- cause: whose key, cause, time and actor the lines bear that follow.  p_state: what becomes of the hold. The caller holds the account.
CREATE FUNCTION points_end_hold(
    INOUT cause points_staged_entry, p_hold bigint, p_state text, p_captured bigint, p_at timestamptz, p_live boolean
) LANGUAGE plpgsql AS $$
DECLARE
    part record;
    rest bigint := p_captured;
    taken bigint;
    taken_lots bigint[] := '{}';
    taken_amounts bigint[] := '{}';
    ended_lots bigint[] := '{}';
    ended_amounts bigint[] := '{}';
BEGIN
    UPDATE points_pointsaccount AS account SET held = account.held - hold.amount
    FROM points_pointshold AS hold
    WHERE hold.id = p_hold AND account.membership_id = hold.account_id;
    UPDATE points_pointslot AS lot SET held = lot.held - held.amount
    FROM points_holdpart AS held
    WHERE held.hold_id = p_hold AND lot.id = held.lot_id;
    IF p_captured > 0 THEN
        cause := points_append(cause, -p_captured, 0, 0, p_at, p_live);
    END IF;
    UPDATE points_pointshold
    SET state = p_state, captured = p_captured, entry_id = CASE WHEN p_captured > 0 THEN cause.entry_id END, closed_at = p_at
    WHERE id = p_hold;

    FOR part IN
        SELECT held.lot_id, held.amount, coalesce(lot.ends_at <= p_at, false) AS has_ended
        FROM points_holdpart AS held
        JOIN points_pointslot AS lot ON lot.id = held.lot_id
        WHERE held.hold_id = p_hold
        ORDER BY held.id
    LOOP
        taken := least(rest, part.amount);
        rest := rest - taken;
        IF taken > 0 THEN
            taken_lots := taken_lots || part.lot_id;
            taken_amounts := taken_amounts || taken;
        END IF;
        IF part.has_ended AND part.amount > taken THEN
            ended_lots := ended_lots || part.lot_id;
            ended_amounts := ended_amounts || (part.amount - taken);
        END IF;
    END LOOP;
    IF p_captured > 0 THEN
        PERFORM points_take(cause.entry_id, taken_lots, taken_amounts, NULL);
    END IF;
    PERFORM points_end_freed(cause, ended_lots, ended_amounts, p_at, p_live);
    PERFORM points_repay(cause, p_at, p_live);
END $$
