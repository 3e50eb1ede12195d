-- The completed orders of the wanted memberships in the stores of their programme (%(store_ids)s; null for the platform: in all stores), until
-- %(until)s. counts: as RFM counts (ruling 21).  is_own: in the programme's currency.  Each step finds its few rows by the one before
-- (OFFSET 0): tables that were just filled look empty to the planner. Reads activity; writes facts_order alone.
INSERT INTO facts_order
    (membership_id, order_id, day_on, completed_at, counts, is_own, came_back, channel, net_minor, goods_minor, discount_minor)
SELECT
    wanted.membership_id, bought.id, (bought.completed_at AT TIME ZONE %(time_zone)s)::date, bought.completed_at,
    bought.net_minor > 0 OR bought.settled_minor = 0, bought.currency = %(currency)s, bought.refunded_minor > 0, bought.channel,
    bought.net_minor, bought.goods_minor, bought.discount_minor + bought.coupon_minor + bought.points_minor
FROM facts_wanted AS wanted
CROSS JOIN LATERAL (
    SELECT * FROM activity_order
    WHERE member_id = wanted.member_id AND status = 'completed' AND completed_at < %(until)s
        AND (%(store_ids)s::bigint[] IS NULL OR store_id = ANY(%(store_ids)s))
    OFFSET 0
) AS bought
WHERE wanted.is_active
