-- All entries of an account by which an order has earned: what it gave, and what took that back.
-- family: "purchase", "bonus".  part: "earned", "reversal".  root_id: the earning it belongs to.
CREATE FUNCTION points_order_entries(p_order_id bigint, p_membership_id bigint)
RETURNS TABLE (id bigint, account_version bigint, family text, part text, root_id bigint, requested bigint, forgiven bigint)
LANGUAGE sql STABLE AS $$
    WITH earned AS (
        SELECT entry.id, entry.account_version, CASE entry.kind WHEN 'earn' THEN 'purchase' ELSE 'bonus' END AS family, entry.requested
        FROM points_pointsentry AS entry
        WHERE entry.source_type = 'order' AND entry.source_id = p_order_id::text AND entry.account_id = p_membership_id
            AND entry.kind IN ('earn', 'bonus')
    )
    SELECT id, account_version, family, 'earned', id, requested, 0::bigint FROM earned
    UNION ALL
    SELECT entry.id, entry.account_version, earned.family, 'reversal', earned.id, entry.requested, entry.forgiven
    FROM earned
    CROSS JOIN LATERAL (SELECT * FROM points_pointsentry WHERE reverses_id = earned.id AND kind = 'reverse' OFFSET 0) AS entry
$$
