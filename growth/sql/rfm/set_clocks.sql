-- The states of the versions in scope are reckoned up to %(as_of_on)s.
INSERT INTO growth_rfmclock (version_id, as_of_on, checked_on, differences)
SELECT version_id, %(as_of_on)s, NULL, 0 FROM rfm_scope ORDER BY version_id
ON CONFLICT (version_id) DO UPDATE SET as_of_on = excluded.as_of_on
