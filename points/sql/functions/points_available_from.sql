-- From when points earned at a moment can be spent: at once, or from the local midnight that begins the day so many days later.
-- As points.rules.lots.available_from.
CREATE FUNCTION points_available_from(earned_at timestamptz, pending_days integer, zone text) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN pending_days = 0 THEN earned_at
        ELSE ((earned_at AT TIME ZONE zone)::date + pending_days)::timestamp AT TIME ZONE zone END
$$
