-- growth_measured for every membership of a programme at once, in one pass over the facts: what each has at a moment in the unit of a basis
-- (LVL-03, A-21, A-28, ruling 21). Reads growth, activity_order and stores; writes nothing.
CREATE OR REPLACE FUNCTION growth_population(basis text, window_days integer, of_programme bigint, at timestamptz)
RETURNS TABLE (membership_id bigint, value bigint) LANGUAGE plpgsql STABLE AS $$
DECLARE
    zone text;
    money text;
    is_platform boolean;
    since timestamptz;
BEGIN
    IF basis = 'growth' THEN
        RETURN QUERY
            SELECT m.id, coalesce(a.balance, 0)
            FROM stores_membership m
            LEFT JOIN growth_growthaccount a ON a.membership_id = m.id
            WHERE m.programme_id = of_programme;
        RETURN;
    END IF;
    SELECT p.time_zone, p.currency, p.kind = 'platform' INTO zone, money, is_platform FROM stores_programme p WHERE p.id = of_programme;
    since := ((at AT TIME ZONE zone)::date - (window_days - 1))::timestamp AT TIME ZONE zone;
    IF basis IN ('spend', 'order_count') THEN
        RETURN QUERY
            SELECT m.id, coalesce(bought.value, 0)
            FROM stores_membership m
            LEFT JOIN (
                SELECT
                    o.member_id,
                    CASE basis
                        WHEN 'spend' THEN (sum(o.net_minor) FILTER (WHERE o.currency = money))::bigint
                        ELSE count(*) FILTER (WHERE o.net_minor > 0 OR o.settled_minor = 0)
                    END AS value
                FROM activity_order o
                WHERE o.status = 'completed' AND o.completed_at >= since AND o.completed_at <= at
                  AND (is_platform OR o.store_id IN (SELECT s.id FROM stores_store s WHERE s.programme_id = of_programme))
                GROUP BY o.member_id
            ) bought ON bought.member_id = m.member_id
            WHERE m.programme_id = of_programme;
        RETURN;
    END IF;
    RETURN QUERY
        SELECT m.id, greatest(0, coalesce(sum(x.amount), 0))::bigint
        FROM stores_membership m
        LEFT JOIN growth_measure x
            ON x.membership_id = m.id AND x.kind = basis AND x.occurred_at >= since AND x.occurred_at <= at
        WHERE m.programme_id = of_programme
        GROUP BY m.id;
END $$;
