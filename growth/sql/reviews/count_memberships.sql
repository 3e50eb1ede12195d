-- How many memberships hold a level in the track of a scheme.
SELECT count(*) AS members
FROM growth_levelscheme s
JOIN stores_membership m ON m.programme_id = s.programme_id
JOIN growth_memberlevel held ON held.membership_id = m.id AND held.track = s.track
WHERE s.id = %(scheme_id)s
