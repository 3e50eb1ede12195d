-- The lot of an entry that brings points.
CREATE FUNCTION points_make_lot(
    p_account bigint, p_entry bigint, p_points bigint, p_earned_at timestamptz, p_available_from timestamptz, p_ends_at timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO points_pointslot (account_id, entry_id, amount, remaining, held, earned_at, available_from, ends_at, is_open)
    VALUES (p_account, p_entry, p_points, p_points, 0, p_earned_at, p_available_from, p_ends_at, true);
END $$
