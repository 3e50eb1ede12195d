-- What a membership has at a moment in the unit of a scheme's basis (LVL-03, A-21, A-28, ruling 21): the growth value now; money, orders
-- and points of the last window_days local days of the programme, the moment's own among them. A store's programme counts its stores'
-- orders, the platform's counts all. Reads growth, activity_order and stores; writes nothing.
CREATE OR REPLACE FUNCTION growth_measured(basis text, window_days integer, of_membership bigint, at timestamptz)
RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    zone text;
    money text;
    of_member bigint;
    of_programme bigint;
    is_platform boolean;
    since timestamptz;
BEGIN
    IF basis = 'growth' THEN
        RETURN coalesce((SELECT a.balance FROM growth_growthaccount a WHERE a.membership_id = of_membership), 0);
    END IF;
    SELECT p.time_zone, p.currency, m.member_id, p.id, p.kind = 'platform'
    INTO zone, money, of_member, of_programme, is_platform
    FROM stores_membership m JOIN stores_programme p ON p.id = m.programme_id
    WHERE m.id = of_membership;
    since := ((at AT TIME ZONE zone)::date - (window_days - 1))::timestamp AT TIME ZONE zone;
    IF basis = 'spend' THEN
        RETURN coalesce((
            SELECT sum(o.net_minor) FROM activity_order o JOIN stores_store s ON s.id = o.store_id
            WHERE o.member_id = of_member AND o.status = 'completed' AND o.completed_at >= since AND o.completed_at <= at
              AND o.currency = money AND (is_platform OR s.programme_id = of_programme)
        ), 0);
    ELSIF basis = 'order_count' THEN
        RETURN (
            SELECT count(*) FROM activity_order o JOIN stores_store s ON s.id = o.store_id
            WHERE o.member_id = of_member AND o.status = 'completed' AND o.completed_at >= since AND o.completed_at <= at
              AND (o.net_minor > 0 OR o.settled_minor = 0) AND (is_platform OR s.programme_id = of_programme)
        );
    END IF;
    RETURN greatest(0, coalesce((
        SELECT sum(x.amount) FROM growth_measure x
        WHERE x.membership_id = of_membership AND x.kind = basis AND x.occurred_at >= since AND x.occurred_at <= at
    ), 0));
END $$;
