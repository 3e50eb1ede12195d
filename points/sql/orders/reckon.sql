-- Reckon what the orders of batch %(batch)s are worth: points for what remains paid for their lines, rounded down once an order (A-24,
-- ruling 14), and what the highest multiplier adds: on a member day or in a campaign by the moment of payment (A-31), by the level held
-- immediately before the order was completed (ruling 3). Gift cards never count. The whole is never above the order's cap.
-- kept_spent: what of the points spent on the order stays spent: those of the part not refunded (ruling 15), none of a cancelled order's.
-- details: what explains the numbers, and is enough to reckon them again. Reads activity, stores, growth and points; writes the staging table
-- only, each row by itself, since nobody analyses the table.
UPDATE points_staged_order AS staged
SET multiplier = coalesce(staged.multiplier, (
        SELECT jsonb_build_object('kind', times.kind, 'key', times.key, 'factor', times.factor::text)
        FROM points_pointsmultiplier AS times
        CROSS JOIN (
            SELECT coalesce(bought.paid_at, bought.placed_at) AS at FROM activity_order AS bought WHERE bought.id = staged.order_id
        ) AS payment
        WHERE times.version_id = staged.rules_id AND CASE times.kind
            WHEN 'member_day' THEN times.day_of_month = extract(day FROM payment.at AT TIME ZONE staged.time_zone)
            WHEN 'campaign' THEN times.valid_from <= payment.at AND payment.at < times.valid_until
            ELSE times.key = growth_free_level(staged.membership_id, staged.earned_at - interval '1 microsecond')
        END
        ORDER BY times.factor DESC, CASE times.kind WHEN 'member_day' THEN 1 WHEN 'campaign' THEN 2 ELSE 3 END, times.key
        LIMIT 1
    ), 'null')
WHERE staged.batch = %(batch)s AND staged.rules_id IS NOT NULL;

UPDATE points_staged_order AS staged
SET (purchase, bonus, kept_spent, details) = (
    SELECT
        worth.purchase, worth.bonus, staged.spent - back.points,
        jsonb_strip_nulls(jsonb_build_object(
            'store', counted.store, 'order_no', counted.order_no, 'counted_minor', counted.counted_minor, 'points_per_unit', rules.points_per_unit::text,
            'left_out', nullif(counted.left_out, '[]'),
            'below_minimum', CASE WHEN counted.left_minor < rules.order_minimum_minor THEN rules.order_minimum_minor END,
            'cap', CASE WHEN worth.wanted > rules.order_cap THEN rules.order_cap END,
            'purchase', worth.purchase, 'bonus', worth.bonus,
            'spent', nullif(staged.spent, 0), 'given_back', CASE WHEN staged.spent > 0 THEN back.points END
        )) || jsonb_build_object('multiplier', staged.multiplier)
    FROM (
        SELECT
            (SELECT store.code FROM stores_store AS store WHERE store.id = bought.store_id) AS store, bought.order_no, bought.status,
            coalesce(sum(line.paid_minor - gone.minor) FILTER (WHERE NOT line.is_gift_card), 0)::bigint AS left_minor,
            coalesce(sum(line.paid_minor - gone.minor) FILTER (WHERE judged.why = ''), 0)::bigint AS counted_minor,
            coalesce(
                jsonb_agg(jsonb_build_object('line_no', line.line_no, 'why', judged.why) ORDER BY line.line_no)
                    FILTER (WHERE judged.why <> ''),
                '[]'
            ) AS left_out,
            sum(line.paid_minor)::bigint AS paid_minor, sum(gone.minor)::bigint AS gone_minor,
            sum(line.quantity)::bigint AS quantity, sum(gone.quantity)::bigint AS gone_quantity
        FROM activity_order AS bought
        JOIN activity_orderline AS line ON line.order_id = bought.id
        LEFT JOIN points_pointsversion AS said ON said.id = staged.rules_id
        LEFT JOIN (
            SELECT taken.line_no, sum(taken.applied_minor) AS minor, sum(taken.quantity) AS quantity
            FROM activity_aftersale AS after_sale
            JOIN activity_aftersaleline AS taken ON taken.after_sale_id = after_sale.id
            WHERE after_sale.order_id = staged.order_id AND after_sale.status = 'refunded' AND after_sale.settled_at <= staged.counts_until
            GROUP BY taken.line_no
        ) AS refunded ON refunded.line_no = line.line_no
        CROSS JOIN LATERAL (
            SELECT
                CASE WHEN staged.counts_until IS NULL THEN line.refunded_minor ELSE coalesce(refunded.minor, 0) END AS minor,
                CASE WHEN staged.counts_until IS NULL THEN line.refunded_quantity
                    ELSE least(line.quantity, coalesce(refunded.quantity, 0)) END AS quantity
        ) AS gone
        CROSS JOIN LATERAL (
            SELECT CASE
                WHEN line.is_gift_card THEN 'gift_card'
                WHEN said.excludes_virtual AND line.is_virtual THEN 'virtual'
                WHEN line.sku = ANY(said.not_skus) THEN 'sku_excluded'
                WHEN cardinality(said.not_categories) > 0 AND EXISTS (
                    SELECT FROM unnest(said.not_categories) AS no (path)
                    WHERE line.category = no.path OR starts_with(line.category, no.path || '/')
                ) THEN 'category_excluded'
                WHEN cardinality(said.only_categories) + cardinality(said.only_skus) = 0 OR line.sku = ANY(said.only_skus) THEN ''
                WHEN EXISTS (
                    SELECT FROM unnest(said.only_categories) AS yes (path)
                    WHERE line.category = yes.path OR starts_with(line.category, yes.path || '/')
                ) THEN ''
                ELSE 'not_included'
            END AS why
        ) AS judged
        WHERE bought.id = staged.order_id
        GROUP BY bought.id
    ) AS counted
    LEFT JOIN points_pointsversion AS rules ON rules.id = staged.rules_id
    CROSS JOIN LATERAL (
        SELECT CASE WHEN staged.is_completed AND counted.left_minor >= rules.order_minimum_minor
                    THEN floor(counted.counted_minor * rules.points_per_unit / 100)::bigint ELSE 0 END AS points
    ) AS base
    CROSS JOIN LATERAL (
        SELECT floor(base.points * (coalesce((staged.multiplier ->> 'factor')::numeric, 1) - 1))::bigint AS points
    ) AS extra
    CROSS JOIN LATERAL (
        SELECT
            base.points + extra.points AS wanted, least(base.points, rules.order_cap) AS purchase,
            least(extra.points, CASE WHEN rules.order_cap IS NOT NULL THEN greatest(rules.order_cap - base.points, 0) END) AS bonus
    ) AS worth
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN counted.status = 'cancelled' THEN staged.spent
            WHEN counted.paid_minor > 0 THEN div(staged.spent::numeric * counted.gone_minor, counted.paid_minor)::bigint
            ELSE div(staged.spent::numeric * counted.gone_quantity, greatest(counted.quantity, 1))::bigint
        END AS points
    ) AS back
)
WHERE staged.batch = %(batch)s
