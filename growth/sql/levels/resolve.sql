-- Say of each change staged under %(batch)s from which level to which it leads and until when, and give it the id of its history line,
-- in the order of the items: of two lines of one instant the later one has the higher id.
-- A level set by hand counts while it lasts: raising, if it is better than what the scheme gives; lowering, exactly (A-23). A change that
-- comes in late is dated no earlier than the last one, so that the newest line of history is what the member holds. Reads growth only.
WITH dated AS (
    SELECT
        c.*,
        max(greatest(c.occurred_at, newest.occurred_at)) OVER (PARTITION BY c.membership_id, c.track ORDER BY c.item) AS at
    FROM growth_staged_change c
    LEFT JOIN LATERAL (
        SELECT max(h.occurred_at) AS occurred_at FROM growth_levelhistory h WHERE h.membership_id = c.membership_id AND h.track = c.track
    ) newest ON true
    WHERE c.batch = %(batch)s
), led AS (
    SELECT
        c.item, c.membership_id, c.track, c.at,
        CASE
            WHEN c.is_explicit THEN c.explicit_to
            WHEN hand.level_id IS NULL OR (hand.is_raise AND coalesce(scheme_terms.rank, -1) >= coalesce(hand_terms.rank, -1))
            THEN c.automatic_to
            ELSE hand.level_id
        END AS level_to,
        CASE
            WHEN c.is_explicit THEN c.explicit_until
            WHEN hand.level_id IS NULL OR hand.level_id = c.automatic_to
                OR (hand.is_raise AND coalesce(scheme_terms.rank, -1) >= coalesce(hand_terms.rank, -1))
            THEN NULL
            ELSE hand.valid_until
        END AS level_until
    FROM dated c
    LEFT JOIN LATERAL (
        SELECT o.level_id, o.is_raise, o.valid_until
        FROM growth_leveloverride o
        WHERE o.membership_id = c.membership_id AND o.track = c.track AND o.state IN ('active', 'ended')
          AND o.valid_from <= c.at AND c.at < coalesce(o.ended_at, o.valid_until)
        ORDER BY o.id DESC
        LIMIT 1
    ) hand ON NOT c.is_explicit
    LEFT JOIN growth_levelterms scheme_terms ON scheme_terms.version_id = c.version_id AND scheme_terms.level_id = c.automatic_to
    LEFT JOIN growth_levelterms hand_terms ON hand_terms.version_id = c.version_id AND hand_terms.level_id = hand.level_id
), stepped AS (
    SELECT
        led.*,
        row_number() OVER of_track = 1 AS is_first,
        lag(led.level_to) OVER of_track AS before_id
    FROM led
    WINDOW of_track AS (PARTITION BY led.membership_id, led.track ORDER BY led.item)
), numbered AS (
    SELECT stepped.*, nextval(pg_get_serial_sequence('growth_levelhistory', 'id')) AS history_id
    FROM (SELECT * FROM stepped ORDER BY item) stepped
)
UPDATE growth_staged_change c
SET occurred_at = s.at,
    level_to = s.level_to,
    level_until = s.level_until,
    level_from = CASE
        WHEN NOT s.is_first THEN s.before_id
        WHEN held.level_until IS NULL OR held.level_until >= s.at THEN held.level_id
        ELSE held.automatic_level_id
    END,
    history_id = s.history_id,
    details = c.details || CASE
        WHEN s.level_until IS NULL THEN '{}'::jsonb
        ELSE jsonb_build_object('until', s.level_until, 'then', c.automatic_to)
    END
FROM numbered s
LEFT JOIN growth_memberlevel held ON held.membership_id = s.membership_id AND held.track = s.track
WHERE c.batch = %(batch)s AND c.item = s.item
