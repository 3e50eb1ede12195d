-- The history lines of the changes staged and resolved under %(batch)s, in their order.
INSERT INTO growth_levelhistory (
    id, membership_id, track, level_from_id, level_to_id, cause, version_id, source, details, note, actor, occurred_at, booked_at
)
SELECT
    c.history_id, c.membership_id, c.track, c.level_from, c.level_to, c.cause, c.version_id, c.source, c.details, c.note, c.actor,
    c.occurred_at, %(booked_at)s
FROM growth_staged_change c
WHERE c.batch = %(batch)s
ORDER BY c.item
