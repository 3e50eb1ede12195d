-- Stage what the orders %(order_ids)s mean for the memberships of their members, one row each: the store's programme and the platform's.
-- Reads activity, stores, members_member and growth's own tables; the caller holds the memberships.
-- An order that has given growth keeps the rule and level it was first reckoned by. Others count when they are completed, the published
-- rules say so and the scheme's mode leaves purchases to behaviour (GRW-09, A-17); %(opens)s False leaves them alone.
-- %(after_sale_ids)s: refunds that are the cause; of several of an order the last.  %(counts_until)s: refunds settled later do not count
-- yet; empty counts what the lines hold now.  %(at_completion)s: only orders that have given nothing, as they stood when completed.
INSERT INTO growth_staged_order (
    batch, item, order_id, membership_id, rule_id, after_sale_id, counts_until, occurred_at, entries, before, level_code, skipped, wave
)
SELECT
    %(batch)s, row_number() OVER (ORDER BY found.occurred_at, found.order_no, found.order_id, found.membership_id),
    found.order_id, found.membership_id, found.rule_id, found.after_sale_id, found.counts_until, found.occurred_at, found.entries,
    found.before, found.level_code, found.skipped,
    CASE WHEN found.by_level THEN row_number() OVER (
        PARTITION BY found.membership_id ORDER BY found.occurred_at, found.order_no, found.order_id
    ) ELSE 1 END
FROM (
    SELECT
        bought.id AS order_id, bought.order_no, membership.id AS membership_id, rule.id AS rule_id, refund.id AS after_sale_id,
        CASE WHEN %(at_completion)s THEN bought.completed_at ELSE %(counts_until)s::timestamptz END AS counts_until,
        CASE
            WHEN refund.id IS NOT NULL THEN refund.settled_at
            WHEN first.id IS NOT NULL AND %(is_live)s THEN %(booked_at)s::timestamptz
            ELSE coalesce(bought.completed_at, %(booked_at)s::timestamptz)
        END AS occurred_at,
        coalesce(family.entries, 0) AS entries, coalesce(family.requested, 0) AS before,
        CASE WHEN first.id IS NOT NULL THEN coalesce(first.details ->> 'level', '') END AS level_code,
        CASE
            WHEN NOT programme.growth_on THEN 'growth_off'
            WHEN membership.status <> 'active' OR member.status = 'frozen' THEN 'member_frozen'
            WHEN NOT %(is_live)s AND account.is_live THEN 'history_closed'
            ELSE ''
        END AS skipped,
        first.id IS NULL AND EXISTS (
            SELECT FROM growth_growthfactor AS factor WHERE factor.rule_set_id = rule.rule_set_id AND factor.kind = 'level'
        ) AS by_level
    FROM (SELECT DISTINCT unnest(%(order_ids)s::bigint[]) AS id) AS wanted
    -- Each step below finds its few rows by the one before (OFFSET 0): tables that were just filled look empty to the planner.
    CROSS JOIN LATERAL (SELECT * FROM activity_order WHERE id = wanted.id OFFSET 0) AS bought
    CROSS JOIN LATERAL (SELECT * FROM members_member WHERE id = bought.member_id OFFSET 0) AS member
    CROSS JOIN LATERAL (SELECT * FROM stores_store WHERE id = bought.store_id OFFSET 0) AS store
    CROSS JOIN LATERAL (SELECT * FROM stores_membership WHERE member_id = bought.member_id OFFSET 0) AS membership
    JOIN LATERAL (SELECT * FROM stores_programme WHERE id = membership.programme_id OFFSET 0) AS programme
        ON programme.id = store.programme_id OR programme.kind = 'platform'
    LEFT JOIN LATERAL (SELECT * FROM growth_growthaccount WHERE membership_id = membership.id OFFSET 0) AS account ON true
    LEFT JOIN LATERAL (
        SELECT root.id, root.rule_id, root.details
        FROM growth_growthentry AS root
        WHERE root.source_type = 'order' AND root.source_id = bought.id::text AND root.account_id = membership.id
            AND root.reason = 'purchase'
        ORDER BY root.account_version
        LIMIT 1
    ) AS first ON true
    LEFT JOIN LATERAL (
        SELECT count(*) AS entries, sum(one.requested) AS requested FROM growth_order_entries(bought.id, membership.id) AS one
    ) AS family ON first.id IS NOT NULL
    LEFT JOIN LATERAL (
        SELECT opening.id
        FROM growth_growthrule AS opening
        JOIN growth_ruleset AS rules ON rules.id = opening.rule_set_id
        LEFT JOIN growth_levelscheme AS scheme ON scheme.programme_id = programme.id AND scheme.track = 'free'
        LEFT JOIN growth_schemeversion AS version ON version.scheme_id = scheme.id AND version.state = 'published'
        WHERE rules.programme_id = programme.id AND rules.state = 'published' AND opening.code = 'purchase' AND opening.is_on
            AND version.mode IS DISTINCT FROM 'rfm' AND version.count_purchase IS DISTINCT FROM false
    ) AS published ON %(opens)s AND bought.status = 'completed' AND first.id IS NULL
    JOIN growth_growthrule AS rule ON rule.id = coalesce(first.rule_id, published.id)
    LEFT JOIN LATERAL (
        SELECT after_sale.id, after_sale.settled_at
        FROM activity_aftersale AS after_sale
        WHERE after_sale.order_id = bought.id AND after_sale.id = ANY(%(after_sale_ids)s)
        ORDER BY after_sale.settled_at DESC, after_sale.id DESC
        LIMIT 1
    ) AS refund ON true
    WHERE first.id IS NULL OR NOT %(at_completion)s
) AS found
