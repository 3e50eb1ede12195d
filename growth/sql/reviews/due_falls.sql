-- The next %(limit)s memberships above %(after)s whose grace has run out by %(today)s in the track of a scheme, in id order.
SELECT held.membership_id
FROM growth_levelscheme s
JOIN stores_membership m ON m.programme_id = s.programme_id AND m.id > %(after)s
JOIN growth_memberlevel held ON held.membership_id = m.id AND held.track = s.track AND held.falls_on <= %(today)s
WHERE s.id = %(scheme_id)s
ORDER BY held.membership_id
LIMIT %(limit)s
