-- Take points from lots for an entry. p_instead_of: the lot that should have given them.
CREATE FUNCTION points_take(p_entry bigint, p_lots bigint[], p_amounts bigint[], p_instead_of bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE points_pointslot AS lot
    SET remaining = lot.remaining - taken.amount, is_open = lot.remaining > taken.amount
    FROM unnest(p_lots, p_amounts) AS taken (lot_id, amount)
    WHERE lot.id = taken.lot_id;
    INSERT INTO points_pointsmove (entry_id, lot_id, delta, instead_of_id)
    SELECT p_entry, taken.lot_id, -taken.amount, p_instead_of
    FROM unnest(p_lots, p_amounts) WITH ORDINALITY AS taken (lot_id, amount, place)
    ORDER BY taken.place;
END $$
