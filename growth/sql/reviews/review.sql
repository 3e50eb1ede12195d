-- Judge the memberships above %(after)s and up to %(up_to)s by the version at %(at)s: stage who rises, falls or is kept by protection for
-- the first time under %(batch)s; write down when a fall waits out its grace, or no longer has to. With %(only_due)s only whose grace is
-- over. Answers how many by happening and ranks. The caller holds the memberships. A second run at the same moment finds them done.
WITH judged AS MATERIALIZED (
    SELECT j.*
    FROM growth_judged(%(version_id)s, %(after)s, %(up_to)s, %(at)s) j
    WHERE NOT %(only_due)s OR j.falls_on IS NOT NULL
), told AS (  -- protection is told once for as long as it lasts
    SELECT j.membership_id
    FROM judged j
    WHERE j.happening = 'protected' AND EXISTS (
        SELECT 1 FROM growth_levelhistory h
        WHERE h.membership_id = j.membership_id AND h.track = %(track)s AND h.cause = 'protected'
          AND (h.details ->> 'protected_until')::timestamptz = j.protected_until
    )
), waiting AS (
    UPDATE growth_memberlevel held SET falls_on = CASE WHEN j.happening = 'waits' THEN %(falls_on)s::date END
    FROM judged j
    WHERE held.membership_id = j.membership_id AND held.track = %(track)s
      AND ((j.happening = 'waits' AND j.falls_on IS NULL) OR j.happening = 'recovered')
), staged AS (
    INSERT INTO growth_staged_change (
        batch, item, membership_id, track, cause, version_id, source, details, actor, occurred_at, automatic_to, keeps_protection,
        protected_until, gifts_above, gifts_up_to
    )
    SELECT
        %(batch)s, row_number() OVER (ORDER BY j.membership_id), j.membership_id, %(track)s, j.happening, %(version_id)s, %(source)s,
        jsonb_build_object(
            'basis', v.basis, 'value', j.value, 'automatic_from', from_level.code, 'automatic_to', to_level.code,
            'threshold', CASE WHEN j.happening = 'up' THEN to_terms.threshold ELSE from_terms.threshold END
        ) || CASE WHEN j.happening = 'protected' THEN jsonb_build_object('protected_until', j.protected_until) ELSE '{}' END
          || CASE WHEN j.happening = 'inactive' THEN jsonb_build_object('days', v.inactivity_demote_days) ELSE '{}' END,
        %(actor)s, %(at)s, to_terms.level_id, j.happening = 'protected',
        CASE WHEN j.happening = 'up' THEN %(at)s + make_interval(hours => 24 * v.protection_days) END,
        CASE WHEN j.happening = 'up' THEN j.rank_held END, CASE WHEN j.happening = 'up' THEN j.rank_next END
    FROM judged j
    JOIN growth_schemeversion v ON v.id = %(version_id)s
    JOIN growth_levelterms to_terms ON to_terms.version_id = v.id AND to_terms.rank = j.rank_next
    JOIN growth_level to_level ON to_level.id = to_terms.level_id
    JOIN growth_levelterms from_terms ON from_terms.version_id = v.id AND from_terms.rank = j.rank_held
    JOIN growth_level from_level ON from_level.id = from_terms.level_id
    WHERE j.happening IN ('up', 'down', 'inactive')
       OR (j.happening = 'protected' AND j.membership_id NOT IN (SELECT t.membership_id FROM told t))
)
SELECT j.happening, from_level.code AS code_from, to_level.code AS code_to, count(*) AS members
FROM judged j
JOIN growth_levelterms from_terms ON from_terms.version_id = %(version_id)s AND from_terms.rank = j.rank_held
JOIN growth_level from_level ON from_level.id = from_terms.level_id
JOIN growth_levelterms to_terms ON to_terms.version_id = %(version_id)s AND to_terms.rank = j.rank_next
JOIN growth_level to_level ON to_level.id = to_terms.level_id
GROUP BY j.happening, from_level.code, to_level.code
ORDER BY j.happening, from_level.code, to_level.code
