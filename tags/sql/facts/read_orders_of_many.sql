-- What read_orders.sql does, by one pass over the orders: for so many memberships that looking each up costs more. Run with nested loops
-- off, since a table that was just filled looks empty to the planner. Reads activity; writes facts_order alone.
INSERT INTO facts_order
    (membership_id, order_id, day_on, completed_at, counts, is_own, came_back, channel, net_minor, goods_minor, discount_minor)
SELECT
    wanted.membership_id, bought.id, (bought.completed_at AT TIME ZONE %(time_zone)s)::date, bought.completed_at,
    bought.net_minor > 0 OR bought.settled_minor = 0, bought.currency = %(currency)s, bought.refunded_minor > 0, bought.channel,
    bought.net_minor, bought.goods_minor, bought.discount_minor + bought.coupon_minor + bought.points_minor
FROM facts_wanted AS wanted
JOIN activity_order AS bought ON bought.member_id = wanted.member_id
WHERE wanted.is_active AND bought.status = 'completed' AND bought.completed_at < %(until)s
    AND (%(store_ids)s::bigint[] IS NULL OR bought.store_id = ANY(%(store_ids)s))
