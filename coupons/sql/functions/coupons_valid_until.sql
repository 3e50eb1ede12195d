-- When a coupon received at p_at ends (exclusive): hours to the second, days with the last local day, never later than p_bound (CPN-06).
CREATE FUNCTION coupons_valid_until(p_validity text, p_amount integer, p_bound timestamptz, p_at timestamptz, p_zone text)
RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT least(
        p_bound,
        CASE p_validity
            WHEN 'hours' THEN p_at + make_interval(hours => p_amount)
            WHEN 'days' THEN ((p_at AT TIME ZONE p_zone)::date + p_amount + 1)::timestamp AT TIME ZONE p_zone
        END
    )
$$
