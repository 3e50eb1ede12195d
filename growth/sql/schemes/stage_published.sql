-- Stage, under %(batch)s, every rise that the published version %(version_id)s brings to the active memberships of its programme with ids in
-- (%(after)s, %(up_to)s]: the highest level whose threshold they reach at %(at)s, if it is higher than what the scheme gives them. Nobody
-- falls by publishing. Reads growth, activity_order and stores; the caller holds the memberships. A second run stages nothing, since the
-- level is reached; a version that has been retired meanwhile stages nothing.
WITH measured AS (
    SELECT
        member.id AS membership_id, s.track, v.id AS version_id, v.basis, v.protection_days, v.inactivity_demote_days,
        CASE v.basis
            WHEN 'growth' THEN coalesce(account.balance, 0)
            ELSE growth_measured(v.basis, v.window_days, member.id, %(at)s)
        END AS value
    FROM growth_schemeversion v
    JOIN growth_levelscheme s ON s.id = v.scheme_id AND s.track IN ('free', 'recharge')
    JOIN stores_programme p ON p.id = s.programme_id AND p.growth_on
    JOIN stores_membership member ON member.programme_id = p.id AND member.status = 'active'
    LEFT JOIN growth_growthaccount account ON account.membership_id = member.id
    WHERE v.id = %(version_id)s AND v.state = 'published' AND member.id > %(after)s AND member.id <= %(up_to)s
), reached AS (
    SELECT
        x.*, held.automatic_level_id AS before_id, coalesce(own.rank, -1) AS rank_from, top.rank, top.level_id, top.threshold
    FROM measured x
    LEFT JOIN growth_memberlevel held ON held.membership_id = x.membership_id AND held.track = x.track
    LEFT JOIN growth_levelterms own ON own.version_id = x.version_id AND own.level_id = held.automatic_level_id
    CROSS JOIN LATERAL (
        SELECT t.rank, t.level_id, t.threshold
        FROM growth_levelterms t
        WHERE t.version_id = x.version_id AND t.threshold <= x.value
        ORDER BY t.rank DESC
        LIMIT 1
    ) top
)
INSERT INTO growth_staged_change (
    batch, item, membership_id, track, cause, version_id, source, details, actor, occurred_at, automatic_to, protected_until, gifts_above,
    gifts_up_to
)
SELECT
    %(batch)s, row_number() OVER (ORDER BY x.membership_id), x.membership_id, x.track, 'published', x.version_id,
    'version:' || x.version_id,
    jsonb_build_object(
        'basis', x.basis, 'value', x.value, 'threshold', x.threshold, 'automatic_from', from_level.code, 'automatic_to', to_level.code
    ),
    %(actor)s, %(at)s, x.level_id,
    CASE WHEN x.rank > 0 THEN %(at)s::timestamptz + make_interval(hours => 24 * x.protection_days) END,
    x.rank_from, x.rank
FROM reached x
JOIN growth_level to_level ON to_level.id = x.level_id
LEFT JOIN growth_level from_level ON from_level.id = x.before_id
WHERE x.rank > x.rank_from
  AND NOT (x.rank_from >= 0 AND x.inactivity_demote_days IS NOT NULL AND growth_is_idle(x.membership_id, x.inactivity_demote_days, %(at)s))
