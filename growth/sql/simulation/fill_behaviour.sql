-- What everybody in %(programme_id)s would hold had the rules %(draft_id)s been in force, not %(published_id)s, for what happened from
-- %(from_at)s until %(until)s: the balance and the difference between what both give for the same facts, never below 0.
-- The rules as growth/orders and growth/behaviour post them; what both would give alike (caps, places, refunds) falls out of the difference.
-- Level-bound factors and rules go by the level held at the time. Reads activity, stores and growth; writes temporary rows alone.
WITH scope AS (
    SELECT p.id AS programme_id, p.kind = 'platform' AS is_platform, p.time_zone, v.mode, v.count_purchase
    FROM stores_programme p
    JOIN growth_schemeversion v ON v.id = %(scheme_version_id)s
    WHERE p.id = %(programme_id)s
), rules AS (
    SELECT r.*, sets.factor_cap, r.rule_set_id = %(draft_id)s AS is_draft
    FROM growth_growthrule r
    JOIN growth_ruleset sets ON sets.id = r.rule_set_id
    JOIN scope ON scope.mode <> 'rfm'
    WHERE r.rule_set_id IN (%(draft_id)s, %(published_id)s) AND r.is_on AND (r.code <> 'purchase' OR scope.count_purchase)
), ordered AS (
    SELECT
        o.id, m.id AS membership_id, o.completed_at, coalesce(o.paid_at, o.placed_at) AS paid_at,
        CASE WHEN EXISTS (
            SELECT 1 FROM growth_growthfactor f WHERE f.rule_set_id IN (%(draft_id)s, %(published_id)s) AND f.kind = 'level'
        ) THEN growth_free_level(m.id, o.completed_at) END AS level_code
    FROM scope
    JOIN activity_order o ON o.status = 'completed' AND o.completed_at >= %(from_at)s AND o.completed_at < %(until)s
    JOIN stores_store s ON s.id = o.store_id AND (scope.is_platform OR s.programme_id = scope.programme_id)
    JOIN stores_membership m ON m.member_id = o.member_id AND m.programme_id = scope.programme_id AND m.status = 'active'
), purchases AS (
    SELECT o.membership_id, r.is_draft, floor(sum((line.paid_minor - line.refunded_minor) * least(r.factor_cap, greatest(
            r.base_factor, coalesce(best.factor, 0)
        ))) / 100)::bigint AS growth
    FROM ordered o
    JOIN rules r ON r.code = 'purchase'
    JOIN activity_orderline line ON line.order_id = o.id AND NOT line.is_gift_card AND NOT (r.excludes_virtual AND line.is_virtual)
    LEFT JOIN LATERAL (
        SELECT max(f.factor) AS factor
        FROM growth_growthfactor f
        WHERE f.rule_set_id = r.rule_set_id
            AND (f.valid_from IS NULL OR f.valid_from <= o.paid_at) AND (f.valid_until IS NULL OR f.valid_until > o.paid_at)
            AND CASE f.kind
                WHEN 'level' THEN f.key = o.level_code
                WHEN 'category' THEN line.category = f.key OR starts_with(line.category, f.key || '/')
                ELSE true
            END
    ) best ON true
    GROUP BY o.id, o.membership_id, r.is_draft
), events AS (
    SELECT
        e.id, e.kind, m.id AS membership_id, e.occurred_at, (e.occurred_at AT TIME ZONE scope.time_zone)::date AS local_on,
        line.paid_minor / nullif(line.quantity, 0) AS unit_minor, line.is_virtual OR line.is_gift_card AS is_virtual,
        coalesce(nullif(e.spu, ''), nullif(line.spu, ''), line.sku) AS spu,
        CASE e.kind WHEN 'login' THEN 'login' WHEN 'share' THEN 'share' WHEN 'check_in' THEN 'check_in' WHEN 'review.approved' THEN 'review'
            ELSE 'photo_review' END AS code,
        CASE e.kind
            WHEN 'login' THEN (e.occurred_at AT TIME ZONE scope.time_zone)::date::text
            WHEN 'review.approved' THEN line.order_id || ':' || line.line_no
            WHEN 'photo_review.approved' THEN coalesce(nullif(e.spu, ''), nullif(line.spu, ''), line.sku)
            ELSE e.id::text
        END AS effect
    FROM scope
    JOIN activity_behaviourevent e
        ON e.occurred_at >= %(from_at)s AND e.occurred_at < %(until)s
        AND e.kind IN ('login', 'share', 'check_in', 'review.approved', 'photo_review.approved')
        AND (e.kind <> 'login' OR e.attributes -> 'manual' = 'true')
    LEFT JOIN stores_store s ON s.id = e.store_id
    JOIN stores_membership m ON m.member_id = e.member_id AND m.programme_id = scope.programme_id AND m.status = 'active'
    LEFT JOIN activity_order o ON e.order_no <> '' AND o.order_no = e.order_no AND o.store_id = e.store_id AND o.member_id = e.member_id
    LEFT JOIN activity_orderline line ON line.order_id = o.id AND line.line_no = e.line_no
    WHERE (scope.is_platform OR s.programme_id = scope.programme_id)
        AND (e.kind NOT IN ('review.approved', 'photo_review.approved') OR (line.id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM activity_behaviourevent deleted
            WHERE deleted.member_id = e.member_id AND deleted.kind = replace(e.kind, 'approved', 'deleted')
                AND deleted.store_id = e.store_id AND deleted.order_no = e.order_no AND deleted.line_no = e.line_no
        )))
), earned AS (  -- one effect is given once, on the day of its first event
    SELECT DISTINCT ON (e.membership_id, r.is_draft, e.code, e.effect) e.membership_id, r.is_draft, e.code, e.local_on, r.amount, r.daily_cap
    FROM events e
    JOIN rules r ON r.code = e.code AND r.amount > 0
    WHERE (e.code NOT IN ('review', 'photo_review')
            OR (coalesce(e.unit_minor, 0) >= r.minimum_minor AND NOT (r.excludes_virtual AND e.is_virtual)))
        AND (NOT r.excludes_lowest OR EXISTS (
            SELECT 1 FROM growth_levelterms t JOIN growth_level l ON l.id = t.level_id
            WHERE t.version_id = %(scheme_version_id)s AND t.rank > 0 AND l.code = growth_free_level(e.membership_id, e.occurred_at)
        ))
        AND (e.code <> 'photo_review' OR r.first_members IS NULL OR r.first_members >= coalesce(
            (
                SELECT taken.place FROM growth_photoplace taken
                WHERE taken.programme_id = %(programme_id)s AND taken.spu = e.spu AND taken.membership_id = e.membership_id
            ),
            1 + (SELECT count(*) FROM growth_photoplace taken WHERE taken.programme_id = %(programme_id)s AND taken.spu = e.spu)
        ))
    ORDER BY e.membership_id, r.is_draft, e.code, e.effect, e.occurred_at, e.id
), behaviour AS (
    SELECT day.membership_id, day.is_draft, sum(day.amount * least(day.times, coalesce(day.daily_cap, day.times)))::bigint AS growth
    FROM (
        SELECT membership_id, is_draft, code, local_on, amount, daily_cap, count(*) AS times
        FROM earned
        GROUP BY membership_id, is_draft, code, local_on, amount, daily_cap
    ) day
    GROUP BY day.membership_id, day.is_draft
), differing AS (
    SELECT given.membership_id, sum(CASE WHEN given.is_draft THEN given.growth ELSE -given.growth END)::bigint AS difference
    FROM (SELECT * FROM purchases UNION ALL SELECT * FROM behaviour) given
    GROUP BY given.membership_id
), filled AS (
    INSERT INTO growth_simulated_value (membership_id, value, value_then, value_before)
    SELECT
        m.id, greatest(0, coalesce(a.balance, 0) + coalesce(d.difference, 0)), greatest(0, coalesce(a.balance, 0) + coalesce(d.difference, 0)),
        coalesce(a.balance, 0)
    FROM stores_membership m
    LEFT JOIN growth_growthaccount a ON a.membership_id = m.id
    LEFT JOIN differing d ON d.membership_id = m.id
    WHERE m.programme_id = %(programme_id)s
    RETURNING value, value_before
)
SELECT
    count(*) AS members, count(*) FILTER (WHERE value <> value_before) AS differing, coalesce(sum(value_before), 0)::bigint AS before,
    coalesce(sum(value), 0)::bigint AS after
FROM filled
