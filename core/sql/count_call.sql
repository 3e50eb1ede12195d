-- Count one call of %(key)s in the minute %(window)s while the cache is down; answers how many there were.
-- A new minute overwrites the old one, so that a caller has one row for ever.
INSERT INTO core_callcount AS kept (key, "window", used) VALUES (%(key)s, %(window)s, 1)
ON CONFLICT (key) DO UPDATE
SET used = CASE WHEN kept."window" = EXCLUDED."window" THEN kept.used + 1 ELSE 1 END, "window" = EXCLUDED."window"
RETURNING used
