-- Give the points of a hold back before it is captured. Holds of the account whose time is over end first, this one too.
-- Answers what the hold's state was, or has become by its time, or "released" now; whether it changed; and ids of entries that followed.
CREATE FUNCTION points_let_go(
    p_hold bigint, p_actor text, p_at timestamptz, OUT state text, OUT changed boolean, OUT also bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
    account points_pointsaccount;
BEGIN
    PERFORM FROM stores_membership AS membership
    WHERE membership.id = (SELECT hold.account_id FROM points_pointshold AS hold WHERE hold.id = p_hold)
    FOR NO KEY UPDATE;
    SELECT owner.* INTO account
    FROM points_pointsaccount AS owner
    JOIN points_pointshold AS hold ON hold.account_id = owner.membership_id
    WHERE hold.id = p_hold;
    PERFORM points_end_due_holds(account.membership_id, p_at, true);
    SELECT hold.state INTO state FROM points_pointshold AS hold WHERE hold.id = p_hold;
    changed := state = 'active';
    IF changed THEN
        PERFORM points_end_hold(points_hold_line(account.membership_id, p_hold, p_actor, p_at), p_hold, 'released', 0, p_at, true);
        state := 'released';
    END IF;
    SELECT array_agg(entry.id ORDER BY entry.id) INTO also
    FROM points_pointsentry AS entry
    WHERE entry.account_id = account.membership_id AND entry.account_version > account.version;
END $$
