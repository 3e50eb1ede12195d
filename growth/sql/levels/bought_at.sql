-- The levels bought that counted immediately before %(at)s. Reads growth only.
SELECT s.membership_id, p.level_id
FROM growth_subscription s
JOIN growth_paidplan p ON p.id = s.plan_id
WHERE s.membership_id = ANY(%(membership_ids)s) AND s.starts_at < %(at)s AND s.ends_at >= %(at)s
ORDER BY s.membership_id, s.ends_at
