-- The code of the level of the free track a membership held at a moment (what comes about at that very moment counts from then on), or
-- empty for none. A level set by hand ends by its own date, whether or not that has been noted yet.
CREATE FUNCTION growth_free_level(p_membership_id bigint, p_at timestamptz) RETURNS varchar LANGUAGE sql STABLE AS $$
    SELECT level.code
    FROM growth_level AS level
    WHERE level.id = (
        SELECT CASE
            WHEN held.since <= p_at AND held.level_until <= p_at THEN held.automatic_level_id
            WHEN held.since <= p_at THEN held.level_id
            ELSE (
                SELECT change.level_to_id
                FROM growth_levelhistory AS change
                WHERE change.membership_id = p_membership_id AND change.track = 'free' AND change.occurred_at <= p_at
                ORDER BY change.occurred_at DESC, change.id DESC
                LIMIT 1
            )
        END
        FROM growth_memberlevel AS held
        WHERE held.membership_id = p_membership_id AND held.track = 'free'
    )
$$
