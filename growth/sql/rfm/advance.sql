-- Move the states of the versions in scope on by the days that enter the window, [%(old_until)s, %(until)s), and those that leave it,
-- [%(old_from)s, %(from)s). Only these days' orders are read, by index. Memberships with a note are left out: the caller reckons them from
-- all their orders. A second run must not happen: the clock of the version moves in the same transaction.
WITH moved AS MATERIALIZED (
    SELECT
        member_id, store_id, max(completed_at) FILTER (WHERE completed_at >= %(old_until)s) AS last_at,
        sum(CASE WHEN completed_at >= %(old_until)s THEN 1 ELSE -1 END) AS orders,
        sum(CASE WHEN completed_at >= %(old_until)s THEN net_minor ELSE -net_minor END)::bigint AS amount_minor
    FROM activity_order
    WHERE status = 'completed' AND (net_minor > 0 OR settled_minor = 0)
        AND (
            (completed_at >= %(old_from)s AND completed_at < %(from)s) OR (completed_at >= %(old_until)s AND completed_at < %(until)s)
        )
    GROUP BY member_id, store_id
), change AS (
    SELECT
        scope.version_id, scope.programme_id, moved.member_id, max(moved.last_at) AS last_at, sum(moved.orders)::bigint AS orders,
        sum(moved.amount_minor)::bigint AS amount_minor
    FROM moved
    JOIN stores_store AS store ON store.id = moved.store_id
    JOIN rfm_scope AS scope ON scope.is_platform OR scope.programme_id = store.programme_id
    GROUP BY scope.version_id, scope.programme_id, moved.member_id
)
MERGE INTO growth_rfmstate AS state
USING (
    SELECT
        change.version_id, membership.id AS membership_id, (change.last_at AT TIME ZONE %(time_zone)s)::date AS last_on, change.orders,
        change.amount_minor
    FROM change
    JOIN stores_membership AS membership ON membership.member_id = change.member_id AND membership.programme_id = change.programme_id
    WHERE NOT EXISTS (SELECT FROM rfm_stale AS stale WHERE stale.membership_id = membership.id)
) AS fresh
ON state.version_id = fresh.version_id AND state.membership_id = fresh.membership_id
WHEN MATCHED THEN UPDATE SET
    last_on = greatest(state.last_on, fresh.last_on),
    orders = state.orders + fresh.orders,
    amount_minor = state.amount_minor + fresh.amount_minor
WHEN NOT MATCHED THEN INSERT (version_id, membership_id, last_on, orders, amount_minor)
    VALUES (fresh.version_id, fresh.membership_id, fresh.last_on, fresh.orders, fresh.amount_minor)
