-- The levels that counted immediately before %(at)s, by the history: the last change of each track before it; what ended by itself in
-- between does not count. What was bought is asked of the subscriptions, which a renewal extends without a line of history. Somebody
-- who joined at that very moment has the level they joined with. Reads growth only.
SELECT DISTINCT ON (h.membership_id, h.track)
    h.membership_id, h.track,
    CASE
        WHEN (h.details ->> 'until')::timestamptz < %(at)s THEN (h.details ->> 'then')::bigint
        ELSE h.level_to_id
    END AS level_id,
    h.version_id
FROM growth_levelhistory h
WHERE h.membership_id = ANY(%(membership_ids)s) AND h.track <> 'paid'
  AND (h.occurred_at < %(at)s OR (h.cause = 'joined' AND h.occurred_at = %(at)s))
ORDER BY h.membership_id, h.track, h.occurred_at DESC, h.id DESC
