-- Post the entries of a JSON array (fields named like the columns of points_staged_entry; `item` numbers them) and answer what became of
-- each, in that order: one round trip. One, as most calls bring, or a few are posted line by line, without the staging table; more take
-- points_post_staged's road.
-- The first line that cannot be posted ends the work: the caller takes back the transaction.
CREATE FUNCTION points_post_entries(p_entries jsonb, p_booked_at timestamptz, p_live boolean) RETURNS SETOF points_staged_entry
LANGUAGE plpgsql AS $$
DECLARE
    line points_staged_entry;
BEGIN
    IF jsonb_array_length(p_entries) = 1 THEN
        line := jsonb_populate_record(line, p_entries -> 0);
        PERFORM FROM stores_membership AS membership WHERE membership.id = line.membership_id FOR NO KEY UPDATE;
        line := points_post_one(line, p_booked_at, p_live);
        RETURN NEXT line;
        RETURN;
    END IF;
    IF jsonb_array_length(p_entries) > 8 THEN
        line.batch := nextval('points_batch');
        INSERT INTO points_staged_entry SELECT * FROM jsonb_populate_recordset(line, p_entries);
        PERFORM points_post_staged(line.batch, p_booked_at, p_live);
        RETURN QUERY SELECT * FROM points_staged_entry AS staged WHERE staged.batch = line.batch ORDER BY staged.item;
        DELETE FROM points_staged_entry AS staged WHERE staged.batch = line.batch;
        RETURN;
    END IF;

    PERFORM FROM stores_membership AS membership
    WHERE membership.id IN (SELECT (given.value ->> 'membership_id')::bigint FROM jsonb_array_elements(p_entries) AS given (value))
    ORDER BY membership.id
    FOR NO KEY UPDATE;
    FOR line IN SELECT * FROM jsonb_populate_recordset(NULL::points_staged_entry, p_entries) LOOP
        line := points_post_one(line, p_booked_at, p_live);
        RETURN NEXT line;
        EXIT WHEN line.verdict NOT IN ('new', 'replay');
    END LOOP;
END $$
