-- What the memberships staged and resolved under %(batch)s hold from now on, by the last change of each track. A bought level that has
-- ended keeps its row, with the moment of the end. The caller holds the memberships.
MERGE INTO growth_memberlevel AS held
USING (
    SELECT DISTINCT ON (c.membership_id, c.track)
        c.membership_id, c.track, c.level_to, c.level_until, c.automatic_to, c.occurred_at,
        max(c.occurred_at) FILTER (WHERE c.level_from IS DISTINCT FROM c.level_to) OVER of_track AS since,
        bool_and(c.keeps_protection) OVER of_track AS keeps_protection,
        last_value(c.protected_until) OVER (of_track ORDER BY NOT c.keeps_protection, c.item
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS protected_until
    FROM growth_staged_change c
    WHERE c.batch = %(batch)s
    WINDOW of_track AS (PARTITION BY c.membership_id, c.track)
    ORDER BY c.membership_id, c.track, c.item DESC
) AS new
ON held.membership_id = new.membership_id AND held.track = new.track
WHEN MATCHED AND new.level_to IS NULL THEN UPDATE SET level_until = least(held.level_until, new.occurred_at)
WHEN MATCHED THEN UPDATE SET
    level_id = new.level_to,
    level_until = new.level_until,
    automatic_level_id = new.automatic_to,
    since = coalesce(new.since, held.since),
    protected_until = CASE WHEN new.keeps_protection THEN held.protected_until ELSE new.protected_until END,
    falls_on = CASE WHEN new.keeps_protection THEN held.falls_on END
WHEN NOT MATCHED AND new.level_to IS NOT NULL THEN INSERT
    (membership_id, track, level_id, level_until, automatic_level_id, since, protected_until)
    VALUES (new.membership_id, new.track, new.level_to, new.level_until, new.automatic_to, new.occurred_at, new.protected_until)
