-- Take points from lots for an entry; nothing for no lots. p_instead_of: the lot that should have given them.
CREATE FUNCTION points_take(p_entry bigint, p_lots bigint[], p_amounts bigint[], p_instead_of bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    FOR place IN 1..cardinality(p_lots) LOOP  -- mostly one
        UPDATE points_pointslot AS lot
        SET remaining = lot.remaining - p_amounts[place], is_open = lot.remaining > p_amounts[place]
        WHERE lot.id = p_lots[place];
        INSERT INTO points_pointsmove (entry_id, lot_id, delta, instead_of_id)
        VALUES (p_entry, p_lots[place], -p_amounts[place], p_instead_of);
    END LOOP;
END $$
