-- Reckon what the orders of wave %(wave)s of batch %(batch)s are worth: the whole growth value of what remains paid for their lines, each
-- times its factor, rounded down once an order (A-06, A-09, ruling 14). Gift cards never count. Of the factors that apply the highest
-- counts, never above the cap: by level, by the beginning of the category's path, by a campaign on the day of payment.
-- details: what explains the number, and is enough to reckon it again. Reads activity and growth; writes the staging table only,
-- each row by itself, since nobody analyses the table.
UPDATE growth_staged_order AS staged
SET level_code = coalesce(staged.level_code, CASE WHEN EXISTS (
        SELECT FROM growth_growthfactor AS factor
        JOIN growth_growthrule AS rule ON rule.rule_set_id = factor.rule_set_id
        WHERE rule.id = staged.rule_id AND factor.kind = 'level'
    ) THEN growth_free_level(staged.membership_id, staged.occurred_at) END, '')
WHERE staged.batch = %(batch)s AND staged.wave = %(wave)s;

UPDATE growth_staged_order AS staged
SET (effect, details) = (
    SELECT
        coalesce(floor(sum(part.minor * part.factor) / 100), 0)::bigint,
        jsonb_build_object(
            'order_no', (SELECT bought.order_no FROM activity_order AS bought WHERE bought.id = staged.order_id),
            'level', staged.level_code,
            'parts', coalesce(
                jsonb_agg(jsonb_build_object('minor', part.minor, 'factor', part.factor::text, 'kind', part.kind, 'key', part.key)
                          ORDER BY part.factor, part.kind, part.key),
                '[]'
            ),
            'effect', coalesce(floor(sum(part.minor * part.factor) / 100), 0)::bigint,
            'before', staged.before
        )
    FROM (
        SELECT chosen.factor, chosen.kind, chosen.key, sum(counted.minor)::bigint AS minor
        FROM (
            SELECT
                bought.paid_at, bought.placed_at, line.category,
                sum(line.paid_minor - CASE WHEN staged.counts_until IS NULL THEN line.refunded_minor ELSE coalesce(gone.minor, 0) END) AS minor
            FROM activity_order AS bought
            JOIN growth_growthrule AS rule ON rule.id = staged.rule_id
            JOIN activity_orderline AS line
                ON line.order_id = bought.id AND NOT line.is_gift_card AND NOT (rule.excludes_virtual AND line.is_virtual)
            LEFT JOIN (
                SELECT taken.line_no, sum(taken.applied_minor) AS minor
                FROM activity_aftersale AS after_sale
                JOIN activity_aftersaleline AS taken ON taken.after_sale_id = after_sale.id
                WHERE after_sale.order_id = staged.order_id AND after_sale.status = 'refunded'
                    AND after_sale.settled_at <= staged.counts_until
                GROUP BY taken.line_no
            ) AS gone ON gone.line_no = line.line_no
            WHERE bought.id = staged.order_id AND bought.status = 'completed'
            GROUP BY bought.id, line.category
        ) AS counted
        JOIN growth_growthrule AS rule ON rule.id = staged.rule_id
        JOIN growth_ruleset AS rules ON rules.id = rule.rule_set_id
        CROSS JOIN LATERAL (
            SELECT least(rules.factor_cap, best.factor) AS factor, best.kind, best.key
            FROM (
                SELECT rule.base_factor AS factor, 'base' AS kind, '' AS key, 0 AS place
                UNION ALL
                SELECT factor.factor, factor.kind, factor.key, CASE factor.kind WHEN 'level' THEN 1 WHEN 'category' THEN 2 ELSE 3 END
                FROM growth_growthfactor AS factor
                WHERE factor.rule_set_id = rules.id
                    AND (factor.valid_from IS NULL OR factor.valid_from <= coalesce(counted.paid_at, counted.placed_at))
                    AND (factor.valid_until IS NULL OR factor.valid_until > coalesce(counted.paid_at, counted.placed_at))
                    AND CASE factor.kind
                        WHEN 'level' THEN factor.key = staged.level_code
                        WHEN 'category' THEN counted.category = factor.key OR starts_with(counted.category, factor.key || '/')
                        ELSE true
                    END
            ) AS best
            ORDER BY best.factor DESC, best.place, best.key
            LIMIT 1
        ) AS chosen
        GROUP BY chosen.factor, chosen.kind, chosen.key
    ) AS part
)
WHERE staged.batch = %(batch)s AND staged.wave = %(wave)s
