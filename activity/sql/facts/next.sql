-- The facts that have effects and happened after %(after)s, up to and including %(until)s, in the order in which they happened:
-- completed orders, refunds, behaviour events of %(kinds)s. At most %(limit)s, and all of the last moment: facts of one moment are never parted.
-- Reads activity.
WITH fact AS (
    SELECT 'order' AS kind, id, completed_at AS happened_at
    FROM activity_order
    WHERE status = 'completed' AND completed_at > %(after)s AND completed_at <= %(until)s
    UNION ALL
    SELECT 'after_sale', id, settled_at
    FROM activity_aftersale
    WHERE status = 'refunded' AND order_id IS NOT NULL AND settled_at > %(after)s AND settled_at <= %(until)s
    UNION ALL
    SELECT 'event', id, occurred_at
    FROM activity_behaviourevent
    WHERE occurred_at > %(after)s AND occurred_at <= %(until)s AND kind = ANY(%(kinds)s)
)
SELECT kind, id, happened_at FROM fact ORDER BY happened_at FETCH FIRST %(limit)s ROWS WITH TIES
