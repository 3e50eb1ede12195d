-- All entries of an account that an order has brought: the purchases, what took them back, and what cancelled that.
-- part: "purchase", "reversal", "cancelled".  root_id: the purchase it belongs to.  reversal_id: of cancellations.
CREATE FUNCTION growth_order_entries(p_order_id bigint, p_membership_id bigint)
RETURNS TABLE (
    id bigint, account_version bigint, part text, root_id bigint, reversal_id bigint, reason varchar, requested bigint, applied bigint
)
LANGUAGE sql STABLE AS $$
    WITH purchase AS (
        SELECT entry.* FROM growth_growthentry AS entry
        WHERE entry.source_type = 'order' AND entry.source_id = p_order_id::text AND entry.account_id = p_membership_id
            AND entry.reason = 'purchase'
    ), reversal AS (
        SELECT entry.*, purchase.id AS root_id FROM growth_growthentry AS entry JOIN purchase ON purchase.id = entry.reverses_id
    )
    SELECT id, account_version, 'purchase', id, NULL::bigint, reason, requested, applied FROM purchase
    UNION ALL
    SELECT id, account_version, 'reversal', root_id, NULL, reason, requested, applied FROM reversal
    UNION ALL
    SELECT entry.id, entry.account_version, 'cancelled', reversal.root_id, reversal.id, entry.reason, entry.requested, entry.applied
    FROM growth_growthentry AS entry JOIN reversal ON reversal.id = entry.reverses_id
$$
