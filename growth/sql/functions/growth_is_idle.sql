-- Whether a membership has bought nothing for so many local days of its programme, and is older than that (A-14). A completed order
-- counts that is not refunded whole, or was free. Reads activity_order and stores; writes nothing.
CREATE OR REPLACE FUNCTION growth_is_idle(of_membership bigint, days integer, at timestamptz)
RETURNS boolean LANGUAGE sql STABLE AS $$
SELECT m.joined_at < since.moment AND NOT EXISTS (
    SELECT 1 FROM activity_order o JOIN stores_store s ON s.id = o.store_id
    WHERE o.member_id = m.member_id AND o.status = 'completed' AND o.completed_at >= since.moment AND o.completed_at <= at
      AND (o.net_minor > 0 OR o.settled_minor = 0) AND (p.kind = 'platform' OR s.programme_id = p.id)
)
FROM stores_membership m
JOIN stores_programme p ON p.id = m.programme_id
CROSS JOIN LATERAL (SELECT ((at AT TIME ZONE p.time_zone)::date - days)::timestamp AT TIME ZONE p.time_zone AS moment) since
WHERE m.id = of_membership
$$;
