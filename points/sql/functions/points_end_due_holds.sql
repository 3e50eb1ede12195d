-- End the active holds of an account whose time is over at a moment: timed out, their points given back. The caller holds the account.
CREATE FUNCTION points_end_due_holds(p_account bigint, p_at timestamptz, p_live boolean) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    due record;
BEGIN
    FOR due IN
        SELECT hold.id FROM points_pointshold AS hold
        WHERE hold.account_id = p_account AND hold.state = 'active' AND hold.expires_at <= p_at
        ORDER BY hold.expires_at, hold.id
    LOOP
        PERFORM points_end_hold(
            points_hold_line(p_account, due.id, 'clock', p_at), due.id, 'timed_out', 0, p_at, p_live
        );
    END LOOP;
END $$
