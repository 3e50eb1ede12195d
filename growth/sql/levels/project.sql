-- What the review of %(at)s would do to one membership as things stand, by the version; no row without a level in its track.
SELECT j.happening, j.rank_held, j.rank_next, j.falls_on, growth_measured(v.basis, v.window_days, j.membership_id, %(now)s) AS value
FROM growth_schemeversion v
CROSS JOIN LATERAL growth_judged(v.id, %(membership_id)s - 1, %(membership_id)s, %(at)s) j
WHERE v.id = %(version_id)s
