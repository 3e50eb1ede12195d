-- What becomes of every membership of a programme by version %(version_id)s, draft or not, from the values of this simulation: levels that
-- it removes are mapped, who reaches more rises at %(at)s, and the review at %(review_at)s (empty: none) judges what is held then.
-- The same rules as growth/schemes/stage_published and growth_judged, which publish and review; tests compare the counts (ruling 23).
-- %(opens)s: it is the programme's first scheme, so that everybody begins at rank 0.  %(maps)s: levels that are gone are replaced.
-- Reads growth and stores' memberships; writes temporary rows alone. Each step ends with OFFSET 0: otherwise the planner writes every step
-- out in the next one, and reckons the same rank dozens of times a member.
WITH version AS (
    SELECT
        v.id, v.demotion, v.grace_days, v.protection_days, v.inactivity_demote_days, v.mapping, s.track, s.programme_id, p.growth_on,
        (%(review_at)s::timestamptz AT TIME ZONE p.time_zone)::date AS day,
        ARRAY(SELECT t.threshold FROM growth_levelterms t WHERE t.version_id = v.id ORDER BY t.rank) AS thresholds
    FROM growth_schemeversion v
    JOIN growth_levelscheme s ON s.id = v.scheme_id
    JOIN stores_programme p ON p.id = s.programme_id
    WHERE v.id = %(version_id)s
), ranks AS (
    SELECT level.id AS level_id, t.rank, kept.id <> level.id AS is_mapped
    FROM version v
    JOIN growth_level level ON level.programme_id = v.programme_id AND level.track = v.track
    JOIN growth_levelterms own ON own.level_id = level.id
    JOIN growth_level kept ON kept.programme_id = v.programme_id AND kept.track = v.track AND kept.code = CASE
        WHEN EXISTS (SELECT 1 FROM growth_levelterms still WHERE still.version_id = v.id AND still.level_id = level.id) THEN level.code
        ELSE v.mapping ->> level.code
    END
    JOIN growth_levelterms t ON t.version_id = v.id AND t.level_id = kept.id
    GROUP BY level.id, t.rank, kept.id
), held AS (
    SELECT
        x.membership_id, x.value, x.value_then, x.value_before, x.scores, m.status = 'active' AND v.growth_on AS is_active, v.*,
        coalesce(level.automatic_level_id, CASE WHEN level.level_until > %(at)s THEN level.level_id END) AS level_before,
        coalesce(own.rank, CASE WHEN %(opens)s AND v.growth_on THEN 0 ELSE -1 END) AS rank_before, coalesce(own.is_mapped, false) AS is_mapped,
        level.protected_until, level.falls_on
    FROM growth_simulated_value x
    JOIN stores_membership m ON m.id = x.membership_id
    CROSS JOIN version v
    LEFT JOIN growth_memberlevel level ON level.membership_id = x.membership_id AND level.track = v.track
    LEFT JOIN ranks own
        ON own.level_id = coalesce(level.automatic_level_id, CASE WHEN level.level_until > %(at)s THEN level.level_id END)
), published AS (
    SELECT
        h.*,
        CASE
            WHEN h.is_active AND h.track IN ('free', 'recharge') AND NOT (
                h.rank_before >= 0 AND h.inactivity_demote_days IS NOT NULL
                AND growth_is_idle(h.membership_id, h.inactivity_demote_days, %(at)s)
            )
            THEN greatest(h.rank_before, width_bucket(h.value, h.thresholds) - 1)
            ELSE h.rank_before
        END AS rank_published
    FROM held h
    OFFSET 0
), standing AS (
    SELECT
        p.*, CASE WHEN p.track = 'free' THEN greatest(p.rank_published, 0) ELSE p.rank_published END AS rank,
        CASE
            WHEN p.rank_published <= p.rank_before THEN p.protected_until
            WHEN p.rank_published > 0 THEN %(at)s::timestamptz + make_interval(hours => 24 * p.protection_days)
        END AS protected_then,
        CASE WHEN p.rank_published <= p.rank_before THEN p.falls_on END AS falls_then,
        greatest(width_bucket(p.value_then, p.thresholds) - 1, 0) AS rank_reached,
        p.inactivity_demote_days IS NOT NULL AND %(review_at)s::timestamptz IS NOT NULL
            AND growth_is_idle(p.membership_id, p.inactivity_demote_days, %(review_at)s) AS is_idle
    FROM published p
    OFFSET 0
), judged AS (
    SELECT
        s.*, s.rank_reached < s.rank AND s.demotion <> 'none' AS is_below, s.is_idle AND s.rank > 0 AS drops_idle,
        least(
            CASE WHEN s.rank_reached < s.rank AND s.demotion = 'direct' THEN s.rank_reached END,
            CASE WHEN s.rank_reached < s.rank AND s.demotion = 'one_step' THEN s.rank - 1 END,
            CASE WHEN s.is_idle THEN s.rank - 1 END
        ) AS rank_lower
    FROM standing s
    OFFSET 0
), happened AS (
    SELECT
        j.*,
        CASE
            WHEN %(review_at)s::timestamptz IS NULL OR j.track <> 'free' OR NOT j.is_active THEN 'same'
            WHEN (j.is_below OR j.drops_idle) AND j.protected_then > %(review_at)s THEN 'protected'
            WHEN (j.is_below OR j.drops_idle) AND j.grace_days > 0 AND (j.falls_then IS NULL OR j.falls_then > j.day) THEN 'waits'
            WHEN j.is_below THEN 'down'
            WHEN j.drops_idle THEN 'inactive'
            WHEN j.rank_reached > j.rank AND NOT j.is_idle THEN 'up'
            ELSE 'same'
        END AS happening
    FROM judged j
    OFFSET 0
)
INSERT INTO growth_simulated (
    membership_id, level_before, rank_before, is_mapped, rank_published, rank_reviewed, happening, value, value_then, value_before, scores
)
SELECT
    h.membership_id, h.level_before, h.rank_before, h.is_mapped AND %(maps)s, h.rank_published,
    CASE
        WHEN %(review_at)s::timestamptz IS NULL THEN NULL
        WHEN h.happening = 'up' THEN h.rank_reached
        WHEN h.happening IN ('down', 'inactive') THEN h.rank_lower
        ELSE h.rank
    END,
    h.happening, h.value, h.value_then, h.value_before, h.scores
FROM happened h
