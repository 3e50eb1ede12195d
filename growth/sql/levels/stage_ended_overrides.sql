-- Levels set by hand that have run out by %(now)s, of the memberships staged under %(batch)s or named (%(membership_ids)s), end before
-- anything else happens to them: marked ended, and their ending staged in front. The caller holds the memberships. A second run finds
-- none in force.
WITH ended AS (
    UPDATE growth_leveloverride o SET state = 'ended', ended_at = o.valid_until
    WHERE o.state = 'active' AND o.valid_until <= %(now)s
      AND (
          o.membership_id = ANY(%(membership_ids)s)
          OR (o.membership_id, o.track) IN (SELECT c.membership_id, c.track FROM growth_staged_change c WHERE c.batch = %(batch)s)
      )
    RETURNING o.id, o.membership_id, o.track, o.valid_until
)
INSERT INTO growth_staged_change (
    batch, item, membership_id, track, cause, version_id, source, actor, occurred_at, automatic_to, keeps_protection
)
SELECT
    %(batch)s, -row_number() OVER (ORDER BY ended.id), ended.membership_id, ended.track, 'override_ended', v.id,
    'override:' || ended.id, 'system', ended.valid_until, held.automatic_level_id, true
FROM ended
JOIN growth_memberlevel held ON held.membership_id = ended.membership_id AND held.track = ended.track
JOIN stores_membership member ON member.id = ended.membership_id
JOIN growth_levelscheme s ON s.programme_id = member.programme_id AND s.track = ended.track
JOIN growth_schemeversion v ON v.scheme_id = s.id AND v.state = 'published'
