-- Stage what the behaviour events %(event_ids)s may give or take back, one row for each membership concerned: an event with a store counts
-- for its programme and the platform's, one without for the platform's (ruling 17), each by its own published rules. What a rule excludes
-- for good is left out here: logins not made by hand, items too cheap or virtual, a review that was deleted before it was approved.
-- Reads activity, stores, members_member and growth's own tables; the caller holds the memberships.
-- Waves: what depends on what earlier events of the same member in this batch have brought comes after them.
WITH kinds (kind, reason, takes_back) AS (
    VALUES
        ('login', 'login', NULL), ('share', 'share', NULL), ('check_in', 'check_in', NULL), ('review.approved', 'review', NULL),
        ('photo_review.approved', 'photo_review', NULL), ('review.deleted', 'review_deleted', 'review'),
        ('photo_review.deleted', 'review_deleted', 'photo_review')
), found AS (
    SELECT
        event.id AS event_id, event.kind, event.occurred_at, membership.id AS membership_id, programme.id AS programme_id,
        kinds.reason, kinds.takes_back, rule.id AS rule_id,
        (event.occurred_at AT TIME ZONE programme.time_zone)::date AS local_on,
        bought.id AS order_id, event.order_no, line.line_no, line.paid_minor / nullif(line.quantity, 0) AS unit_minor,
        coalesce(nullif(event.spu, ''), nullif(line.spu, ''), line.sku) AS spu,
        CASE WHEN pg_input_is_valid(event.attributes ->> 'submitted_at', 'timestamptz')
             THEN (event.attributes ->> 'submitted_at')::timestamptz END AS submitted_at,
        CASE
            WHEN NOT programme.growth_on THEN 'growth_off'
            WHEN membership.status <> 'active' OR member.status = 'frozen' THEN 'member_frozen'
            WHEN NOT %(is_live)s AND account.is_live THEN 'history_closed'
            WHEN event.order_no <> '' AND bought.id IS NULL THEN 'order_unknown'
            ELSE ''
        END AS skipped,
        rule.excludes_lowest AND coalesce((
            SELECT terms.rank
            FROM growth_memberlevel AS held
            JOIN growth_levelterms AS terms ON terms.level_id = held.level_id AND terms.version_id = version.id
            WHERE held.membership_id = membership.id AND held.track = 'free'
        ), 0) = 0 AS waits_for_level
    FROM activity_behaviourevent AS event
    JOIN kinds ON kinds.kind = event.kind
    JOIN members_member AS member ON member.id = event.member_id
    LEFT JOIN stores_store AS store ON store.id = event.store_id
    JOIN stores_programme AS programme ON programme.id = store.programme_id OR programme.kind = 'platform'
    JOIN stores_membership AS membership ON membership.member_id = event.member_id AND membership.programme_id = programme.id
    LEFT JOIN growth_growthaccount AS account ON account.membership_id = membership.id
    LEFT JOIN growth_levelscheme AS scheme ON scheme.programme_id = programme.id AND scheme.track = 'free'
    LEFT JOIN growth_schemeversion AS version ON version.scheme_id = scheme.id AND version.state = 'published'
    LEFT JOIN growth_ruleset AS rules ON rules.programme_id = programme.id AND rules.state = 'published'
    LEFT JOIN growth_growthrule AS rule
        ON rule.rule_set_id = rules.id AND rule.code = kinds.reason AND rule.is_on AND rule.amount > 0 AND version.mode IS DISTINCT FROM 'rfm'
    LEFT JOIN activity_order AS bought
        ON event.order_no <> '' AND bought.order_no = event.order_no AND bought.store_id = event.store_id
    LEFT JOIN activity_orderline AS line
        ON line.order_id = bought.id AND line.line_no = event.line_no AND bought.member_id = event.member_id
    WHERE event.id = ANY(%(event_ids)s)
        AND (kinds.takes_back IS NOT NULL OR rule.id IS NOT NULL)
        AND CASE kinds.reason
            WHEN 'login' THEN event.attributes -> 'manual' = 'true'
            WHEN 'review' THEN event.order_no <> '' AND (bought.id IS NULL OR line.id IS NOT NULL)
            WHEN 'photo_review' THEN event.order_no <> '' AND (bought.id IS NULL OR line.id IS NOT NULL)
            WHEN 'review_deleted' THEN line.id IS NOT NULL OR (kinds.takes_back = 'photo_review' AND event.spu <> '')
            ELSE true
        END
        AND (kinds.reason NOT IN ('review', 'photo_review') OR line.id IS NULL OR (
            line.paid_minor >= rule.minimum_minor * line.quantity
            AND NOT (rule.excludes_virtual AND (line.is_virtual OR line.is_gift_card))
            AND NOT EXISTS (
                SELECT FROM activity_behaviourevent AS deleted
                WHERE deleted.member_id = event.member_id AND deleted.kind = replace(event.kind, 'approved', 'deleted')
                    AND deleted.store_id = event.store_id AND deleted.order_no = event.order_no AND deleted.line_no = event.line_no
                    AND deleted.booked_at < event.booked_at
            )
        ))
), keyed AS (
    SELECT
        found.*,
        CASE coalesce(found.takes_back, found.reason)
            WHEN 'login' THEN 'login:' || found.local_on
            WHEN 'review' THEN 'review:' || coalesce(found.order_id::text || ':' || found.line_no, found.order_no)
            WHEN 'photo_review' THEN 'photo:' || coalesce(found.spu, found.order_no)
            ELSE 'event:' || found.event_id
        END || CASE WHEN found.takes_back IS NULL THEN '' ELSE ':deleted' END AS effect_key,
        row_number() OVER (ORDER BY found.occurred_at, found.submitted_at, found.event_id, found.membership_id) AS item,
        found.waits_for_level OR found.takes_back IS NOT NULL AS waits
    FROM found
), turned AS (
    SELECT
        keyed.*, keyed.waits AND NOT lag(keyed.waits, 1, true) OVER (PARTITION BY keyed.membership_id ORDER BY keyed.item) AS turns
    FROM keyed
)
INSERT INTO growth_staged_event (
    batch, item, event_id, membership_id, programme_id, reason, rule_id, effect_key, local_on, spu, details, occurred_at, skipped, wave
)
SELECT
    %(batch)s, turned.item, turned.event_id, turned.membership_id, turned.programme_id, turned.reason, turned.rule_id, turned.effect_key,
    turned.local_on, coalesce(turned.spu, ''),
    jsonb_strip_nulls(jsonb_build_object(
        'day', turned.local_on, 'order_no', nullif(turned.order_no, ''), 'line_no', turned.line_no, 'unit_minor', turned.unit_minor,
        'spu', CASE WHEN turned.effect_key LIKE 'photo:%%' THEN turned.spu END
    )),
    turned.occurred_at, turned.skipped,
    1 + count(*) FILTER (WHERE turned.turns) OVER (PARTITION BY turned.membership_id ORDER BY turned.item)
FROM turned
