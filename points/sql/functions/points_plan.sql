-- From which lots so many points would come, in burn order: soonest end, earliest earned, id; those without end last. Fewer when there
-- are not so many. p_pending: also what cannot be spent yet.  p_but: a lot to leave alone. Writes nothing.
-- Each lot gives one point at least, so no more lots are read than points are wanted.
CREATE FUNCTION points_plan(
    p_account bigint, p_points bigint, p_at timestamptz, p_pending boolean, p_but bigint,
    OUT lots bigint[], OUT amounts bigint[], OUT total bigint
) LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan  -- the lots come by their index in burn order whatever is wanted: no need to plan each time
SET enable_seqscan = off  -- the plan that is kept may have been made when the tables were small
AS $$
DECLARE
    open_lots CURSOR FOR  -- read one by one as they are wanted, mostly one: a loop over the query itself would read ten at once
        SELECT lot.id, lot.remaining - lot.held AS free
        FROM points_pointslot AS lot
        WHERE lot.account_id = p_account AND lot.is_open AND lot.remaining > lot.held AND (lot.ends_at IS NULL OR lot.ends_at > p_at)
            AND (p_pending OR lot.available_from <= p_at) AND lot.id IS DISTINCT FROM p_but
        ORDER BY lot.ends_at, lot.earned_at, lot.id
        LIMIT p_points;
    part bigint;
BEGIN
    lots := '{}';
    amounts := '{}';
    total := 0;
    FOR found IN open_lots LOOP
        part := least(found.free, p_points - total);
        lots := lots || found.id;
        amounts := amounts || part;
        total := total + part;
        EXIT WHEN total = p_points;
    END LOOP;
END $$
