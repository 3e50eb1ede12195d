-- Set points aside for an order, from what can be spent, in burn order. Holds of the account whose time is over end first.
-- p_live: False while history is loaded. Answers the verdict as points_post_one does ("new", "replay", "conflict", "closed", "short"), the
-- hold, and ids of entries that followed.
CREATE FUNCTION points_place_hold(
    p_account bigint, p_points bigint, p_store bigint, p_order_no text, p_effect_key text, p_actor text, p_at timestamptz,
    p_expires_at timestamptz, p_live boolean, OUT verdict text, OUT hold_id bigint, OUT available bigint, OUT also bigint[]
) LANGUAGE plpgsql AS $$
DECLARE
    digest text := md5(p_points::text || '|' || coalesce(p_store::text, '') || '|' || p_order_no);
    known record;
    account points_pointsaccount;
    plan record;
BEGIN
    PERFORM FROM stores_membership AS membership WHERE membership.id = p_account FOR NO KEY UPDATE;
    SELECT hold.id, hold.request_digest INTO known
    FROM points_pointshold AS hold
    WHERE hold.account_id = p_account AND hold.effect_key = p_effect_key;
    IF FOUND THEN
        verdict := CASE WHEN known.request_digest = digest THEN 'replay' ELSE 'conflict' END;
        hold_id := known.id;
        RETURN;
    END IF;
    SELECT * INTO account FROM points_pointsaccount WHERE membership_id = p_account;
    IF account.is_live AND NOT p_live THEN
        verdict := 'closed';
        RETURN;
    ELSIF account.held > 0 THEN
        PERFORM points_end_due_holds(p_account, p_at, p_live);
        SELECT array_agg(entry.id ORDER BY entry.id) INTO also
        FROM points_pointsentry AS entry
        WHERE entry.account_id = p_account AND entry.account_version > account.version;
    END IF;
    plan := points_plan(p_account, p_points, p_at, false, NULL);
    IF plan.total < p_points THEN
        verdict := 'short';
        available := plan.total;
        RETURN;
    END IF;
    verdict := 'new';
    INSERT INTO points_pointshold (
        account_id, amount, captured, state, store_id, order_no, effect_key, request_digest, actor, created_at, expires_at
    ) VALUES (p_account, p_points, 0, 'active', p_store, p_order_no, p_effect_key, digest, p_actor, p_at, p_expires_at)
    RETURNING id INTO hold_id;
    INSERT INTO points_holdpart (hold_id, lot_id, amount)
    SELECT points_place_hold.hold_id, part.lot_id, part.amount
    FROM unnest(plan.lots, plan.amounts) WITH ORDINALITY AS part (lot_id, amount, place)
    ORDER BY part.place;
    UPDATE points_pointslot AS lot SET held = lot.held + part.amount
    FROM unnest(plan.lots, plan.amounts) AS part (lot_id, amount)
    WHERE lot.id = part.lot_id;
    UPDATE points_pointsaccount SET held = held + p_points, is_live = is_live OR p_live WHERE membership_id = p_account;
END $$
