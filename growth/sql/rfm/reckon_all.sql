-- Reckon all memberships of the versions in scope from their orders: completed before %(until)s, F and M from %(from)s on (ruling 21).
-- Fully refunded orders do not count; of %(store_ids)s alone where these are given, when the platform is not in scope. One pass over the
-- orders, by index: pairs of member and store first, programmes from the pairs. Reads activity_order and stores; writes rfm_fresh alone.
WITH pairs AS MATERIALIZED (
    SELECT
        member_id, store_id, max(completed_at) AS last_at,
        count(*) FILTER (WHERE completed_at >= %(from)s) AS orders,
        -- sums of 4-byte halves stay integers, where sums of bigint become numeric and slow: exact up to 2^51
        coalesce(sum((net_minor & 1048575)::int4) FILTER (WHERE completed_at >= %(from)s), 0)
            + (coalesce(sum((net_minor >> 20)::int4) FILTER (WHERE completed_at >= %(from)s), 0) << 20) AS amount_minor
    FROM activity_order
    WHERE status = 'completed' AND completed_at < %(until)s AND (net_minor > 0 OR settled_minor = 0)
        AND (%(store_ids)s::bigint[] IS NULL OR store_id = ANY(%(store_ids)s))
    GROUP BY member_id, store_id
), standing AS (
    SELECT
        scope.version_id, scope.programme_id, pairs.member_id, max(pairs.last_at) AS last_at,
        sum(pairs.orders)::bigint AS orders, sum(pairs.amount_minor)::bigint AS amount_minor
    FROM pairs
    JOIN stores_store AS store ON store.id = pairs.store_id
    JOIN rfm_scope AS scope ON scope.programme_id = store.programme_id AND NOT scope.is_platform
    GROUP BY scope.version_id, scope.programme_id, pairs.member_id
    UNION ALL
    SELECT
        scope.version_id, scope.programme_id, pairs.member_id, max(pairs.last_at), sum(pairs.orders)::bigint,
        sum(pairs.amount_minor)::bigint
    FROM pairs
    JOIN rfm_scope AS scope ON scope.is_platform
    GROUP BY scope.version_id, scope.programme_id, pairs.member_id
)
INSERT INTO rfm_fresh (version_id, membership_id, last_on, orders, amount_minor)
SELECT
    standing.version_id, membership.id, (standing.last_at AT TIME ZONE %(time_zone)s)::date, standing.orders, standing.amount_minor
FROM standing
JOIN stores_membership AS membership
    ON membership.member_id = standing.member_id AND membership.programme_id = standing.programme_id
