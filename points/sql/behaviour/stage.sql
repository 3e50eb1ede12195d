-- Stage what the behaviour events %(event_ids)s may give or take back, one row for each membership concerned: an event with a store counts
-- for its programme and the platform's, one without for the platform's (ruling 17), each by its own published rules. A review or photo
-- review counts once for an order line, a task once for ever; a review deleted before it was approved gives nothing.
-- Reads activity, stores, members_member and points' own tables; the caller holds the memberships.
INSERT INTO points_staged_event (
    batch, item, event_id, membership_id, time_zone, rules_id, rule, points, daily_cap, takes_back, effect_key, local_on, details,
    occurred_at, skipped
)
SELECT
    %(batch)s, row_number() OVER (ORDER BY found.occurred_at, found.event_id, found.membership_id), found.event_id, found.membership_id,
    found.time_zone, found.rules_id, found.rule, found.points, found.daily_cap, found.takes_back,
    CASE found.rule
        WHEN 'review' THEN 'review:' || coalesce(found.order_id::text || ':' || found.line_no, found.order_no)
        WHEN 'photo_review' THEN 'photo:' || coalesce(found.order_id::text || ':' || found.line_no, found.order_no)
        WHEN 'task' THEN 'task:' || found.task
        ELSE 'event:' || found.event_id
    END,
    found.local_on,
    jsonb_strip_nulls(jsonb_build_object(
        'day', found.local_on, 'order_no', nullif(found.order_no, ''), 'line_no', found.line_no, 'task', found.task
    )),
    found.occurred_at, found.skipped
FROM (
    SELECT
        event.id AS event_id, event.occurred_at, membership.id AS membership_id, programme.time_zone, kinds.rule, kinds.takes_back,
        rules.id AS rules_id, coalesce(rule.points, 0) AS points, rule.daily_cap, nullif(rule.task, '') AS task,
        (event.occurred_at AT TIME ZONE programme.time_zone)::date AS local_on, event.order_no, bought.id AS order_id, line.line_no,
        CASE
            WHEN NOT programme.points_on THEN 'points_off'
            WHEN membership.status <> 'active' OR member.status = 'frozen' THEN 'member_frozen'
            WHEN NOT %(is_live)s AND account.is_live THEN 'history_closed'
            WHEN kinds.of_line AND bought.id IS NULL THEN 'order_unknown'
            ELSE ''
        END AS skipped
    FROM (SELECT DISTINCT unnest(%(event_ids)s::bigint[]) AS id) AS wanted
    -- Each step below finds its few rows by the one before (OFFSET 0): tables that were just filled look empty to the planner.
    CROSS JOIN LATERAL (SELECT * FROM activity_behaviourevent WHERE id = wanted.id OFFSET 0) AS event
    JOIN (
        VALUES
            ('share', 'share', false, false), ('check_in', 'check_in', false, false), ('task', 'task', false, false),
            ('review.approved', 'review', false, true), ('photo_review.approved', 'photo_review', false, true),
            ('review.deleted', 'review', true, true), ('photo_review.deleted', 'photo_review', true, true)
    ) AS kinds (kind, rule, takes_back, of_line) ON kinds.kind = event.kind
    CROSS JOIN LATERAL (SELECT * FROM members_member WHERE id = event.member_id OFFSET 0) AS member
    LEFT JOIN LATERAL (SELECT * FROM stores_store WHERE id = event.store_id OFFSET 0) AS store ON true
    CROSS JOIN LATERAL (SELECT * FROM stores_membership WHERE member_id = event.member_id OFFSET 0) AS membership
    JOIN LATERAL (SELECT * FROM stores_programme WHERE id = membership.programme_id OFFSET 0) AS programme
        ON programme.id = store.programme_id OR programme.kind = 'platform'
    LEFT JOIN LATERAL (SELECT * FROM points_pointsaccount WHERE membership_id = membership.id OFFSET 0) AS account ON true
    LEFT JOIN points_pointsversion AS rules ON rules.programme_id = programme.id AND rules.state = 'published'
    LEFT JOIN points_pointsrule AS rule
        ON rule.version_id = rules.id AND rule.code = kinds.rule AND rule.is_on AND rule.points > 0 AND NOT kinds.takes_back
        AND (rule.code <> 'task' OR rule.task = event.attributes ->> 'task')
    LEFT JOIN LATERAL (
        SELECT * FROM activity_order WHERE order_no = event.order_no AND store_id = event.store_id OFFSET 0
    ) AS bought ON kinds.of_line AND event.order_no <> ''
    LEFT JOIN LATERAL (
        SELECT * FROM activity_orderline WHERE order_id = bought.id AND line_no = event.line_no OFFSET 0
    ) AS line ON bought.member_id = event.member_id
    WHERE CASE WHEN kinds.takes_back THEN line.id IS NOT NULL ELSE rule.id IS NOT NULL END
        AND (NOT kinds.of_line OR (event.order_no <> '' AND (bought.id IS NULL OR line.id IS NOT NULL)))
        AND (NOT kinds.of_line OR kinds.takes_back OR NOT EXISTS (
            SELECT FROM activity_behaviourevent AS deleted
            WHERE deleted.member_id = event.member_id AND deleted.kind = replace(event.kind, 'approved', 'deleted')
                AND deleted.store_id = event.store_id AND deleted.order_no = event.order_no AND deleted.line_no = event.line_no
                AND deleted.booked_at < event.booked_at
        ))
) AS found
