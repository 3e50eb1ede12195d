-- Remove days asked for on which nothing is told any more.
DELETE FROM tags_memberday AS day
USING summary_who AS who
WHERE day.membership_id = who.membership_id AND day.store_id = who.store_id
    AND (
        who.is_whole
        OR EXISTS (
            SELECT 1 FROM summary_wanted AS wanted
            WHERE wanted.membership_id = day.membership_id AND wanted.store_id = day.store_id AND wanted.day_on = day.day_on
        )
    )
    AND NOT EXISTS (
        SELECT 1 FROM summary_fresh AS fresh
        WHERE fresh.membership_id = day.membership_id AND fresh.store_id = day.store_id AND fresh.day_on = day.day_on
    )
