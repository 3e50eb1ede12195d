-- Stage the entries that bring what the orders of %(from_batch)s have given and taken in line with what they are worth, under %(batch)s.
-- Nothing where the two agree, so a second run stages nothing. For each order in this order:
-- points spent on it come back to where they were taken, the latest spending first; after a refund that was taken back they are spent again.
-- Too much earned: taken back from the order's earnings, the latest first, never more than is left of each (PTS-22).
-- Too little earned: earned now, as a lot like the first. What was written off when it was taken back counts as earned still.
WITH changed AS (
    SELECT staged.*, after_sale.after_sale_no
    FROM points_staged_order AS staged
    LEFT JOIN activity_aftersale AS after_sale ON after_sale.id = staged.after_sale_id
    WHERE staged.batch = %(from_batch)s AND staged.skipped = ''
        AND (staged.purchase_change <> 0 OR staged.bonus_change <> 0 OR staged.spent_change <> 0)
), given_back AS (
    SELECT spend.item, spend.id AS reverses_id, least(spend.still, greatest(0, -spend.spent_change - spend.ahead)) AS requested
    FROM (
        SELECT
            changed.item, changed.spent_change, used.id, used.points - used.restored AS still,
            coalesce(sum(used.points - used.restored) OVER (
                PARTITION BY changed.item ORDER BY used.account_version DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ), 0)::bigint AS ahead
        FROM changed
        JOIN activity_order AS bought ON bought.id = changed.order_id
        CROSS JOIN LATERAL points_order_spends(changed.order_id, bought.store_id, bought.order_no, changed.membership_id) AS used
        WHERE changed.spent_change < 0
    ) AS spend
), taken_back AS (
    SELECT earned.item, earned.family, earned.root_id AS reverses_id, -least(earned.still, greatest(0, -earned.change - earned.ahead)) AS requested
    FROM (
        SELECT
            one.item, one.family, one.change, one.root_id, one.still,
            coalesce(sum(one.still) OVER (
                PARTITION BY one.item, one.family ORDER BY one.account_version DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ), 0)::bigint AS ahead
        FROM (
            SELECT
                changed.item, known.family, known.root_id,
                CASE known.family WHEN 'purchase' THEN changed.purchase_change ELSE changed.bonus_change END AS change,
                max(known.account_version) FILTER (WHERE known.part = 'earned') AS account_version, sum(known.requested)::bigint AS still
            FROM changed
            CROSS JOIN LATERAL points_order_entries(changed.order_id, changed.membership_id) AS known
            WHERE changed.entries > 0
            GROUP BY changed.item, known.family, known.root_id, changed.purchase_change, changed.bonus_change
        ) AS one
        WHERE one.change < 0
    ) AS earned
), wanted AS (
    SELECT item, 1 AS step, 'spent' AS family, 'restore' AS verb, 'restore' AS kind, reverses_id, requested
    FROM given_back WHERE requested > 0
    UNION ALL
    SELECT item, 2, 'spent', 'spend', 'redeem', NULL, -spent_change FROM changed WHERE spent_change > 0
    UNION ALL
    SELECT item, 3, family, 'reverse', 'reverse', reverses_id, requested FROM taken_back WHERE requested < 0
    UNION ALL
    SELECT item, 4, 'purchase', 'earn', 'earn', NULL, purchase_change FROM changed WHERE purchase_change > 0
    UNION ALL
    SELECT item, 5, 'bonus', 'earn', 'bonus', NULL, bonus_change FROM changed WHERE bonus_change > 0
), numbered AS (
    SELECT
        wanted.*,
        row_number() OVER (PARTITION BY wanted.item, wanted.family = 'spent' ORDER BY wanted.step, wanted.reverses_id DESC) AS place
    FROM wanted
)
INSERT INTO points_staged_entry (
    batch, item, membership_id, verb, kind, requested, source_type, source_id, rules_id, rule, reverses_id, earned_at, available_from,
    ends_at, details, effect_key, actor, occurred_at
)
SELECT
    %(batch)s, row_number() OVER (ORDER BY numbered.item, numbered.step, numbered.reverses_id DESC), changed.membership_id,
    numbered.verb, numbered.kind, numbered.requested,
    CASE WHEN changed.after_sale_id IS NULL OR numbered.verb IN ('earn', 'spend') THEN 'order' ELSE 'after_sale' END,
    CASE WHEN changed.after_sale_id IS NULL OR numbered.verb IN ('earn', 'spend') THEN changed.order_id ELSE changed.after_sale_id END::text,
    rules.id,
    CASE numbered.family WHEN 'purchase' THEN 'purchase' WHEN 'bonus' THEN changed.multiplier ->> 'kind' ELSE '' END,
    numbered.reverses_id,
    CASE WHEN numbered.verb = 'earn' THEN changed.earned_at END,
    CASE WHEN numbered.verb = 'earn' THEN points_available_from(changed.earned_at, rules.pending_days, changed.time_zone) END,
    CASE WHEN numbered.verb = 'earn' THEN points_ends_at(changed.earned_at, rules.lifetime_months, changed.time_zone) END,
    changed.details || jsonb_strip_nulls(jsonb_build_object('after_sale_no', changed.after_sale_no)),
    'order:' || changed.order_id || CASE WHEN numbered.family = 'spent' THEN ':spent:' ELSE ':purchase:' END
        || CASE WHEN numbered.family = 'spent' THEN changed.spends ELSE changed.entries END + numbered.place,
    %(actor)s, changed.occurred_at
FROM numbered
JOIN changed ON changed.item = numbered.item
LEFT JOIN points_pointsversion AS rules ON rules.id = CASE WHEN numbered.family <> 'spent' THEN changed.rules_id END
