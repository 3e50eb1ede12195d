-- Add one line to an account and bring its balance, debt and number with it; answers the line with entry_id, delta, balance_after.
-- The caller holds the account, and moves lots by exactly p_delta. p_at: when it is booked.
CREATE FUNCTION points_append(
    INOUT line points_staged_entry, p_delta bigint, p_owed bigint, p_forgiven bigint, p_at timestamptz, p_live boolean
) LANGUAGE plpgsql AS $$
DECLARE
    number bigint;
    debt_left bigint;
BEGIN
    UPDATE points_pointsaccount AS account
    SET balance = account.balance + p_delta, debt = account.debt + p_owed, version = account.version + 1,
        is_live = account.is_live OR p_live
    WHERE account.membership_id = line.membership_id
    RETURNING account.balance, account.debt, account.version INTO line.balance_after, debt_left, number;

    INSERT INTO points_pointsentry (
        account_id, account_version, kind, requested, delta, owed, forgiven, balance_after, debt_after, source_type, source_id, rules_id,
        rule, reverses_id, details, note, effect_key, request_digest, actor, occurred_at, booked_at
    ) VALUES (
        line.membership_id, number, line.kind, line.requested, p_delta, p_owed, p_forgiven, line.balance_after, debt_left,
        line.source_type, line.source_id, line.rules_id, line.rule, line.reverses_id, line.details, line.note, line.effect_key,
        points_request_digest(line), line.actor, line.occurred_at, p_at
    ) RETURNING id INTO line.entry_id;
    line.delta := p_delta;
END $$
