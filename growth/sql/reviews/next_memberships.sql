-- The next %(limit)s memberships above %(after)s that hold a level in the scheme's track, in id order.
SELECT m.id
FROM growth_levelscheme s
JOIN stores_membership m ON m.programme_id = s.programme_id AND m.id > %(after)s
WHERE s.id = %(scheme_id)s
  AND EXISTS (SELECT 1 FROM growth_memberlevel held WHERE held.membership_id = m.id AND held.track = s.track)
ORDER BY m.id
LIMIT %(limit)s
