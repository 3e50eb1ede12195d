-- What the rules that held at a moment say of reversed points that are spent, and until when points live that come back after their end.
-- Before the first edition the first one counts. Reads stores.
CREATE FUNCTION points_policy_at(of_membership bigint, at timestamptz, OUT policy text, OUT grace_ends_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT version.reversal_policy, points_grace_ends_at(at, version.restore_grace_days, programme.time_zone)
    FROM stores_membership AS membership
    JOIN stores_programme AS programme ON programme.id = membership.programme_id
    JOIN points_pointsversion AS version ON version.programme_id = programme.id AND version.state <> 'draft'
    WHERE membership.id = of_membership
    ORDER BY
        version.published_at <= at AND (version.retired_at IS NULL OR version.retired_at > at) DESC,
        CASE WHEN version.published_at <= at THEN version.published_at END DESC NULLS LAST, version.number
    LIMIT 1
$$
