-- The same as reckon_all for %(membership_ids)s and for the memberships that notes name: an empty last_on says that none of its orders counts.
WITH wanted AS (
    SELECT DISTINCT membership_id FROM rfm_stale
    UNION
    SELECT unnest(%(membership_ids)s::bigint[])
)
INSERT INTO rfm_fresh (version_id, membership_id, last_on, orders, amount_minor)
SELECT scope.version_id, membership.id, (found.last_at AT TIME ZONE %(time_zone)s)::date, found.orders, found.amount_minor
FROM wanted
JOIN stores_membership AS membership ON membership.id = wanted.membership_id
JOIN rfm_scope AS scope ON scope.programme_id = membership.programme_id
CROSS JOIN LATERAL (
    SELECT
        max(bought.completed_at) AS last_at,
        count(*) FILTER (WHERE bought.completed_at >= %(from)s) AS orders,
        coalesce(sum(bought.net_minor) FILTER (WHERE bought.completed_at >= %(from)s), 0)::bigint AS amount_minor
    FROM activity_order AS bought
    JOIN stores_store AS store ON store.id = bought.store_id
    WHERE bought.member_id = membership.member_id AND bought.status = 'completed' AND bought.completed_at < %(until)s
        AND (bought.net_minor > 0 OR bought.settled_minor = 0)
        AND (scope.is_platform OR store.programme_id = scope.programme_id)
) AS found
