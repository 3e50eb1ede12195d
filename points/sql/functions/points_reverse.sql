-- Take back -requested points of the entry that `line` names: from what is left of the lot it made; what of it has expired is forgiven; the
-- rest by the policy - from other free lots in its stead, as a debt, or forgiven. Together never more than the entry gave: then the verdict
-- is 'beyond', `available` what is left of it. The caller holds the account.
CREATE FUNCTION points_reverse(INOUT line points_staged_entry, p_at timestamptz, p_live boolean)
LANGUAGE plpgsql AS $$
DECLARE
    lot points_pointslot;
    rest bigint := -line.requested;
    own bigint;
    expired bigint;
    others record;
    owed bigint := 0;
BEGIN
    SELECT made.* INTO lot
    FROM points_pointslot AS made
    JOIN points_pointsentry AS earning ON earning.id = made.entry_id
    WHERE made.entry_id = line.reverses_id AND made.account_id = line.membership_id AND earning.kind <> 'restore';
    SELECT lot.amount + coalesce(sum(earlier.requested), 0), coalesce(-sum((earlier.details ->> 'expired')::bigint), 0)
    INTO line.available, expired
    FROM points_pointsentry AS earlier
    WHERE earlier.reverses_id = line.reverses_id AND earlier.kind = 'reverse';
    IF line.available IS NULL OR line.available < rest THEN
        line.verdict := 'beyond';
        line.available := coalesce(line.available, 0);
        RETURN;
    END IF;
    line.policy := coalesce(nullif(line.policy, ''), (points_policy_at(line.membership_id, p_at)).policy);

    own := CASE WHEN line.policy = 'only_pending' AND lot.available_from <= p_at THEN 0 ELSE least(rest, lot.remaining - lot.held) END;
    rest := rest - own;
    -- what the lot has lost by its end, but for what lives on by grace, and no earlier reversal has counted
    SELECT least(rest, greatest(0, expired - coalesce(sum(move.delta), 0))) INTO expired
    FROM points_pointsmove AS move
    JOIN points_pointsentry AS ending ON ending.id = move.entry_id
    WHERE move.lot_id = lot.id AND ending.kind = 'expire'
        AND NOT EXISTS (SELECT FROM points_pointsentry AS grace WHERE grace.reverses_id = ending.id);
    rest := rest - expired;
    others := points_plan(line.membership_id, CASE WHEN line.policy = 'only_pending' THEN 0 ELSE rest END, p_at, true, lot.id);
    rest := rest - others.total;
    IF line.policy = 'debt' THEN
        owed := rest;
        rest := 0;
    END IF;
    IF expired > 0 THEN
        line.details := line.details || jsonb_build_object('expired', expired);
    END IF;
    line := points_append(line, -(own + others.total), owed, expired + rest, p_at, p_live);
    IF own > 0 THEN
        PERFORM points_take(line.entry_id, ARRAY[lot.id], ARRAY[own], NULL);
    END IF;
    PERFORM points_take(line.entry_id, others.lots, others.amounts, lot.id);
    line.available := NULL;
END $$
