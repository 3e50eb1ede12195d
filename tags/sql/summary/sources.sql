-- Since when each store tells of each kind of fact: earlier where a fresh day is, reckoned from all days of the store where the first one
-- was among the days asked for and may be gone.
WITH family (name) AS (VALUES ('orders'), ('refunds'), ('carts'), ('favourites'), ('clicks'), ('dwell'), ('ratings')),
fresh AS (
    SELECT
        store_id,
        min(day_on) FILTER (WHERE deals IS NOT NULL) AS orders,
        min(day_on) FILTER (WHERE refunds IS NOT NULL) AS refunds,
        min(day_on) FILTER (WHERE cart_adds IS NOT NULL) AS carts,
        min(day_on) FILTER (WHERE favourites IS NOT NULL) AS favourites,
        min(day_on) FILTER (WHERE clicks IS NOT NULL) AS clicks,
        min(day_on) FILTER (WHERE dwell_seconds IS NOT NULL) AS dwell,
        min(day_on) FILTER (WHERE good_reviews IS NOT NULL) AS ratings
    FROM summary_fresh
    GROUP BY store_id
), told AS (
    SELECT fresh.store_id, family.name, (to_jsonb(fresh) ->> family.name)::date AS first_on FROM fresh CROSS JOIN family
)
INSERT INTO tags_daysource (store_id, family, first_on)
SELECT store_id, name, first_on FROM told WHERE first_on IS NOT NULL
ON CONFLICT (store_id, family) DO UPDATE SET first_on = excluded.first_on WHERE tags_daysource.first_on > excluded.first_on
