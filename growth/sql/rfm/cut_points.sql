-- Where the fifths of the members lie who bought in the window (A-12): by order of value, equal values never parted, those on a cut
-- in the lower fifth, so "at least" begins one above it. Empty where nobody bought. Reads the states of %(version_id)s, or rfm_fresh.
WITH standing AS (
    SELECT membership_id, last_on, orders, amount_minor FROM growth_rfmstate
    WHERE version_id = %(version_id)s AND orders > 0 AND NOT %(is_preview)s
    UNION ALL
    SELECT membership_id, last_on, orders, amount_minor FROM rfm_fresh WHERE orders > 0 AND %(is_preview)s
), measured AS (
    SELECT
        %(as_of_on)s::date - standing.last_on AS r_days, standing.orders AS f_count,
        CASE WHEN %(is_average)s THEN (2 * standing.amount_minor + standing.orders) / (2 * standing.orders)
            ELSE standing.amount_minor END AS m_minor
    FROM standing
    JOIN stores_membership AS membership ON membership.id = standing.membership_id
    WHERE membership.status = 'active' AND membership.joined_at < %(as_of)s
), cut AS (
    SELECT
        percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY r_days) AS r,
        percentile_disc(ARRAY[0.8, 0.6, 0.4, 0.2]) WITHIN GROUP (ORDER BY f_count) AS f,
        percentile_disc(ARRAY[0.8, 0.6, 0.4, 0.2]) WITHIN GROUP (ORDER BY m_minor) AS m
    FROM measured
)
SELECT
    r AS r_cuts, (SELECT array_agg(each + 1 ORDER BY place) FROM unnest(f) WITH ORDINALITY AS u (each, place)) AS f_cuts,
    (SELECT array_agg(each + 1 ORDER BY place) FROM unnest(m) WITH ORDINALITY AS u (each, place)) AS m_cuts
FROM cut
WHERE r IS NOT NULL
