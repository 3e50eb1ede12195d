-- What follows from the end of a hold bears its name: a line to make entries from, posted itself by nobody.
CREATE FUNCTION points_hold_line(p_account bigint, p_hold bigint, p_actor text, p_at timestamptz) RETURNS points_staged_entry
LANGUAGE plpgsql STABLE AS $$
DECLARE
    line points_staged_entry;
BEGIN
    line.membership_id := p_account;
    line.verb := 'release';
    line.source_type := 'hold';
    line.source_id := p_hold;
    line.effect_key := 'hold:' || p_hold;
    line.actor := p_actor;
    line.occurred_at := p_at;
    RETURN line;
END $$
