-- What a review at a moment would do to each membership above `after` and up to `up_to` that holds a level in the track of a version
-- (LVL-09, LVL-25, LVL-27, A-14, A-19, A-20, ruling 23). The version may be a draft: levels it removes are read through its mapping.
-- happening: up; down, inactive (to rank_next); protected, waits (would fall, is kept); recovered (was to fall, no longer); same.
-- Only the free track falls (LVL-21). Reads growth, activity_order and stores; writes nothing.
CREATE OR REPLACE FUNCTION growth_judged(of_version bigint, after bigint, up_to bigint, at timestamptz)
RETURNS TABLE (
    membership_id bigint, level_held bigint, rank_held integer, rank_reached integer, rank_next integer, value bigint,
    protected_until timestamptz, falls_on date, happening text
) LANGUAGE sql STABLE AS $$
WITH version AS (
    SELECT
        v.id, v.basis, v.window_days, v.demotion, v.grace_days, v.inactivity_demote_days, v.mapping, s.track, s.programme_id,
        (at AT TIME ZONE p.time_zone)::date AS day
    FROM growth_schemeversion v
    JOIN growth_levelscheme s ON s.id = v.scheme_id
    JOIN stores_programme p ON p.id = s.programme_id AND p.growth_on
    WHERE v.id = of_version
), ranks AS (  -- every level that may be held, as the version ranks it
    SELECT l.id AS level_id, t.rank
    FROM version v
    JOIN growth_level l ON l.programme_id = v.programme_id AND l.track = v.track
    LEFT JOIN growth_levelterms own ON own.version_id = v.id AND own.level_id = l.id
    LEFT JOIN growth_level other ON other.programme_id = l.programme_id AND other.track = l.track AND other.code = v.mapping ->> l.code
    JOIN growth_levelterms t ON t.version_id = v.id AND t.level_id = CASE WHEN own.id IS NULL THEN other.id ELSE l.id END
), measured AS (
    SELECT
        held.membership_id, held.automatic_level_id, own.rank, held.protected_until, held.falls_on, v.demotion, v.grace_days, v.track, v.day,
        CASE
            WHEN v.basis = 'growth' THEN coalesce(a.balance, 0)
            ELSE growth_measured(v.basis, v.window_days, held.membership_id, at)
        END AS value,
        v.inactivity_demote_days IS NOT NULL AND growth_is_idle(held.membership_id, v.inactivity_demote_days, at) AS is_idle
    FROM version v
    JOIN stores_membership m ON m.programme_id = v.programme_id AND m.id > after AND m.id <= up_to AND m.status = 'active'
    JOIN growth_memberlevel held ON held.membership_id = m.id AND held.track = v.track
    JOIN ranks own ON own.level_id = held.automatic_level_id
    LEFT JOIN growth_growthaccount a ON a.membership_id = m.id
), reached AS (
    SELECT x.*, coalesce(top.rank, 0) AS rank_reached, below.rank AS rank_below
    FROM measured x
    LEFT JOIN LATERAL (
        SELECT t.rank FROM growth_levelterms t WHERE t.version_id = of_version AND t.threshold <= x.value ORDER BY t.rank DESC LIMIT 1
    ) top ON true
    LEFT JOIN LATERAL (
        SELECT t.rank FROM growth_levelterms t WHERE t.version_id = of_version AND t.rank < x.rank ORDER BY t.rank DESC LIMIT 1
    ) below ON true
), judged AS (
    SELECT
        r.*,
        r.track = 'free' AND r.rank_reached < r.rank AND r.demotion <> 'none' AS is_below,
        r.track = 'free' AND r.is_idle AND r.rank_below IS NOT NULL AS drops_idle,
        least(
            CASE WHEN r.rank_reached < r.rank AND r.demotion = 'direct' THEN r.rank_reached END,
            CASE WHEN r.rank_reached < r.rank AND r.demotion = 'one_step' THEN r.rank_below END,
            CASE WHEN r.is_idle THEN r.rank_below END
        ) AS rank_lower
    FROM reached r
)
SELECT
    j.membership_id, j.automatic_level_id, j.rank::integer, j.rank_reached::integer,
    CASE
        WHEN NOT j.is_below AND NOT j.drops_idle THEN CASE WHEN j.is_idle THEN j.rank ELSE greatest(j.rank, j.rank_reached) END
        WHEN j.protected_until > at THEN j.rank
        WHEN j.grace_days > 0 AND (j.falls_on IS NULL OR j.falls_on > j.day) THEN j.rank
        ELSE j.rank_lower
    END::integer,
    j.value, j.protected_until, j.falls_on,
    CASE
        WHEN j.is_below OR j.drops_idle THEN
            CASE
                WHEN j.protected_until > at THEN 'protected'
                WHEN j.grace_days > 0 AND (j.falls_on IS NULL OR j.falls_on > j.day) THEN 'waits'
                WHEN j.is_below THEN 'down'
                ELSE 'inactive'
            END
        WHEN j.rank_reached > j.rank AND NOT j.is_idle THEN 'up'
        WHEN j.falls_on IS NOT NULL THEN 'recovered'
        ELSE 'same'
    END
FROM judged j
$$;
