-- Give points back to a lot for an entry: first to the lots that reversals took from in its stead, the latest first, and so on from there;
-- the rest into the lot itself, unless it has ended and p_graced says that such points become a lot of their own.
-- p_instead_of: the lot whose points these are, when another one was taken from. Moves of an entry add up to what lies in old lots.
CREATE FUNCTION points_place(
    p_entry bigint, p_lot bigint, p_points bigint, p_instead_of bigint, p_at timestamptz, p_graced boolean
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    left_over bigint := p_points;
    part bigint;
    instead record;
    ends timestamptz;
BEGIN
    IF p_instead_of IS NOT NULL THEN
        INSERT INTO points_pointsmove (entry_id, lot_id, delta, instead_of_id) VALUES (p_entry, p_lot, p_points, p_instead_of);
    END IF;
    WHILE left_over > 0 LOOP
        -- of what was taken from a lot, what came back undid the latest first
        SELECT taken.lot_id, least(taken.amount, taken.outstanding - taken.before) AS amount INTO instead
        FROM (
            SELECT
                move.id, move.lot_id, -move.delta AS amount,
                -sum(move.delta) OVER (PARTITION BY move.lot_id) AS outstanding,
                coalesce(-sum(move.delta) FILTER (WHERE move.delta < 0) OVER (
                    PARTITION BY move.lot_id ORDER BY move.id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                ), 0) AS before
            FROM points_pointsmove AS move
            WHERE move.instead_of_id = p_lot
        ) AS taken
        WHERE taken.amount > 0 AND taken.outstanding > taken.before
        ORDER BY taken.id DESC
        LIMIT 1;
        EXIT WHEN NOT FOUND;
        part := least(left_over, instead.amount);
        PERFORM points_place(p_entry, instead.lot_id, part, p_lot, p_at, p_graced);
        left_over := left_over - part;
    END LOOP;

    SELECT lot.ends_at INTO ends FROM points_pointslot AS lot WHERE lot.id = p_lot;
    IF p_graced AND ends <= p_at THEN
        part := 0;
    ELSE
        part := left_over;
        UPDATE points_pointslot AS lot SET remaining = lot.remaining + part, is_open = lot.remaining + part > 0 WHERE lot.id = p_lot;
    END IF;
    IF p_instead_of IS NOT NULL THEN
        part := part - p_points;  -- it arrived whole above; what did not stay leaves again
    END IF;
    IF part <> 0 THEN
        INSERT INTO points_pointsmove (entry_id, lot_id, delta) VALUES (p_entry, p_lot, part);
    END IF;
END $$
