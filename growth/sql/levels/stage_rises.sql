-- Stage every rise that the given moments bring, under %(batch)s: what a membership has after a growth entry (%(entry_ids)s, or the new
-- ones of the staged batch %(entry_batch)s), or at a moment (%(membership_ids)s, %(ats)s, %(sources)s) in schemes of %(bases)s.
-- A jump over several levels is one rise; several moments that each cross are one rise each. Paid and custom tracks never rise by a
-- measure (LVL-21); who falls for buying nothing does not rise by anything else (A-14). Reads growth, activity_order and stores; the caller holds the memberships. A second run stages nothing, since the
-- level held is already reached.
WITH moment AS (
    SELECT e.id AS item, e.account_id AS membership_id, e.balance_after AS value, e.occurred_at, 'entry:' || e.id AS source
    FROM growth_growthentry e
    WHERE e.id = ANY(%(entry_ids)s)
    UNION ALL
    SELECT s.item, s.membership_id, s.balance_after, s.occurred_at, 'entry:' || s.entry_id
    FROM growth_staged_entry s
    WHERE s.batch = %(entry_batch)s AND s.verdict = 'new'
    UNION ALL
    SELECT given.item, given.membership_id, NULL, given.occurred_at, given.source
    FROM unnest(%(membership_ids)s::bigint[], %(ats)s::timestamptz[], %(sources)s::text[])
        WITH ORDINALITY AS given (membership_id, occurred_at, source, item)
), measured AS (
    SELECT
        m.item, m.membership_id, m.occurred_at, m.source, s.track, v.id AS version_id, v.basis, v.protection_days,
        v.inactivity_demote_days,
        coalesce(m.value, growth_measured(v.basis, v.window_days, m.membership_id, m.occurred_at)) AS value
    FROM moment m
    JOIN stores_membership member ON member.id = m.membership_id
    JOIN stores_programme p ON p.id = member.programme_id AND p.growth_on
    JOIN growth_levelscheme s ON s.programme_id = p.id AND s.track IN ('free', 'recharge')
    JOIN growth_schemeversion v ON v.scheme_id = s.id AND v.state = 'published' AND v.basis = ANY(%(bases)s)
), reached AS (
    SELECT
        x.*, held.automatic_level_id AS before_id, coalesce(own.rank, -1) AS rank_before, top.rank, top.level_id, top.threshold
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
), stepped AS (
    SELECT
        r.*,
        greatest(
            r.rank_before,
            max(r.rank) OVER (PARTITION BY r.membership_id, r.track ORDER BY r.item ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
        ) AS rank_from
    FROM reached r
)
INSERT INTO growth_staged_change (
    batch, item, membership_id, track, cause, version_id, source, details, actor, occurred_at, automatic_to, protected_until,
    gifts_above, gifts_up_to
)
SELECT
    %(batch)s, row_number() OVER (ORDER BY x.item, x.track), x.membership_id, x.track,
    CASE WHEN x.rank_from = -1 AND x.rank = 0 AND x.track = 'free' THEN 'joined' WHEN x.track = 'recharge' THEN 'recharged' ELSE 'up' END,
    x.version_id, x.source,
    jsonb_build_object(
        'basis', x.basis, 'value', x.value, 'threshold', x.threshold, 'automatic_from', from_level.code, 'automatic_to', to_level.code
    ),
    %(actor)s, x.occurred_at, x.level_id,
    CASE WHEN x.rank > 0 THEN x.occurred_at + make_interval(hours => 24 * x.protection_days) END,
    x.rank_from, x.rank
FROM stepped x
JOIN growth_level to_level ON to_level.id = x.level_id
LEFT JOIN growth_levelterms from_terms ON from_terms.version_id = x.version_id AND from_terms.rank = x.rank_from
LEFT JOIN growth_level from_level ON from_level.id = from_terms.level_id
WHERE x.rank > x.rank_from
  AND NOT (x.rank_from >= 0 AND x.inactivity_demote_days IS NOT NULL AND growth_is_idle(x.membership_id, x.inactivity_demote_days, x.occurred_at))
