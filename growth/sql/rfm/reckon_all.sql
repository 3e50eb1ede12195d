-- Reckon all memberships of the versions in scope from their orders: completed before %(until)s, F and M from %(from)s on (ruling 21).
-- R needs all orders ever; from %(since)s on is enough where older ones are known from the states. Fully refunded orders do not count;
-- of %(store_ids)s alone where these are given, when the platform is not in scope. One pass over the orders, by index, to a row per member
-- and programme of the stores; the platform's rows from these. Reads activity_order and stores; writes rfm_fresh alone.
-- Sums of bigint become numeric and slow, sums of 4-byte halves stay integers: exact up to 2^51.
WITH pairs AS MATERIALIZED (
    SELECT
        bought.member_id, store.programme_id, max(bought.completed_at) AS last_at,
        count(*) FILTER (WHERE bought.completed_at >= %(from)s) AS orders,
        coalesce(sum((bought.net_minor & 1048575)::int4) FILTER (WHERE bought.completed_at >= %(from)s), 0)
            + (coalesce(sum((bought.net_minor >> 20)::int4) FILTER (WHERE bought.completed_at >= %(from)s), 0) << 20) AS amount_minor
    FROM activity_order AS bought
    JOIN stores_store AS store ON store.id = bought.store_id
    WHERE bought.status = 'completed' AND bought.completed_at >= %(since)s AND bought.completed_at < %(until)s
        AND (bought.net_minor > 0 OR bought.settled_minor = 0)
        AND (%(store_ids)s::bigint[] IS NULL OR bought.store_id = ANY(%(store_ids)s))
    GROUP BY bought.member_id, store.programme_id
), everywhere AS (
    SELECT
        member_id, max(last_at) AS last_at, sum(orders::int4) AS orders,
        sum((amount_minor & 1048575)::int4) + (sum((amount_minor >> 20)::int4) << 20) AS amount_minor
    FROM pairs
    WHERE EXISTS (SELECT FROM rfm_scope WHERE is_platform)
    GROUP BY member_id
), standing AS (
    SELECT scope.version_id, scope.programme_id, pairs.member_id, pairs.last_at, pairs.orders, pairs.amount_minor
    FROM pairs
    JOIN rfm_scope AS scope ON scope.programme_id = pairs.programme_id AND NOT scope.is_platform
    UNION ALL
    SELECT scope.version_id, scope.programme_id, everywhere.member_id, everywhere.last_at, everywhere.orders, everywhere.amount_minor
    FROM everywhere
    JOIN rfm_scope AS scope ON scope.is_platform
)
INSERT INTO rfm_fresh (version_id, membership_id, last_on, orders, amount_minor)
SELECT
    standing.version_id, membership.id, (standing.last_at AT TIME ZONE %(time_zone)s)::date, standing.orders, standing.amount_minor
FROM standing
JOIN stores_membership AS membership
    ON membership.member_id = standing.member_id AND membership.programme_id = standing.programme_id
