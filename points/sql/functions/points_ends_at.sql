-- When points earned at a moment end: so many months after the local date, clipped to the month's last day, through the end of that day
-- (A-26): the next local midnight, exclusive. Without months they never end. As points.rules.lots.ends_at.
CREATE FUNCTION points_ends_at(earned_at timestamptz, months integer, zone text) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (((earned_at AT TIME ZONE zone)::date + make_interval(months => months))::date + 1)::timestamp AT TIME ZONE zone
$$
