-- When points end that came back after their end: through so many local days after the day they came back; without grace, empty: at once.
-- As points.rules.lots.grace_ends_at.
CREATE FUNCTION points_grace_ends_at(at timestamptz, days integer, zone text) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ((at AT TIME ZONE zone)::date + nullif(days, 0) + 1)::timestamp AT TIME ZONE zone
$$
