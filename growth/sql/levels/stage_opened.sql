-- Stage the lowest level of the free track for memberships that have none in it: %(membership_ids)s, or all of %(programme_id)s when no
-- memberships are named. Only where the programme counts growth and has a published scheme. Reads growth and stores; the caller holds
-- the memberships. A second run stages nothing, since the rows are there.
INSERT INTO growth_staged_change (
    batch, item, membership_id, track, cause, version_id, source, actor, occurred_at, automatic_to, gifts_above, gifts_up_to
)
SELECT
    %(batch)s, row_number() OVER (ORDER BY member.id), member.id, 'free', 'joined', v.id, 'membership:' || member.id, %(actor)s,
    member.joined_at, lowest.level_id, -1, CASE WHEN %(gives_gifts)s THEN 0 ELSE -1 END
FROM stores_membership member
JOIN stores_programme p ON p.id = member.programme_id AND p.growth_on
JOIN growth_levelscheme s ON s.programme_id = p.id AND s.track = 'free'
JOIN growth_schemeversion v ON v.scheme_id = s.id AND v.state = 'published'
JOIN growth_levelterms lowest ON lowest.version_id = v.id AND lowest.rank = 0
WHERE CASE WHEN %(programme_id)s::bigint IS NULL THEN member.id = ANY(%(membership_ids)s) ELSE member.programme_id = %(programme_id)s END
  AND NOT EXISTS (SELECT 1 FROM growth_memberlevel held WHERE held.membership_id = member.id AND held.track = 'free')
