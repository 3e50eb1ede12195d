-- All entries of an account by which points were spent on an order - captured holds that name it, and corrections after a refund was
-- taken back - with what came back of each.  points: spent.  restored: of these, given back so far.
CREATE FUNCTION points_order_spends(p_order_id bigint, p_store_id bigint, p_order_no text, p_membership_id bigint)
RETURNS TABLE (id bigint, account_version bigint, is_correction boolean, points bigint, restored bigint, restorations bigint)
LANGUAGE sql STABLE AS $$
    WITH spend AS (
        SELECT entry.id, entry.account_version, false AS is_correction, -entry.delta AS points
        FROM points_pointshold AS hold
        JOIN points_pointsentry AS entry ON entry.id = hold.entry_id
        WHERE hold.store_id = p_store_id AND hold.order_no = p_order_no AND hold.order_no <> '' AND hold.account_id = p_membership_id
            AND hold.state = 'captured'
        UNION ALL
        SELECT entry.id, entry.account_version, true, -entry.delta
        FROM points_pointsentry AS entry
        WHERE entry.source_type = 'order' AND entry.source_id = p_order_id::text AND entry.account_id = p_membership_id
            AND entry.kind = 'redeem'
    )
    SELECT spend.id, spend.account_version, spend.is_correction, spend.points, back.points, back.times
    FROM spend
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(entry.requested), 0)::bigint AS points, count(*) AS times
        FROM points_pointsentry AS entry
        WHERE entry.reverses_id = spend.id AND entry.kind = 'restore'
    ) AS back
$$
