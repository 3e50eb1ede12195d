-- The next memberships above %(after)s, at most %(limit)s, that hold the level %(level)s of the free track at %(at)s in the programme
-- %(programme_id)s. A level that has run out by itself counts no more, whether or not a job has said so. Reads growth and stores.
SELECT membership.id
FROM stores_membership AS membership
JOIN growth_memberlevel AS held ON held.membership_id = membership.id AND held.track = 'free'
JOIN growth_level AS level
    ON level.id = CASE WHEN held.level_until <= %(at)s THEN held.automatic_level_id ELSE held.level_id END AND level.code = %(level)s
WHERE membership.programme_id = %(programme_id)s AND membership.id > %(after)s AND membership.status = 'active'
ORDER BY membership.id
LIMIT %(limit)s
