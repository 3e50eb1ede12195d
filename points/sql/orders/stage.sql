-- Stage what the orders %(order_ids)s mean for the memberships of their members, one row each: the store's programme and the platform's.
-- Reads activity, stores, members_member and points' own tables; the caller holds the memberships.
-- An order that has given points keeps the rules and the multiplier it was first reckoned by. Others count when they are completed and
-- the programme has rules; %(opens)s False leaves them alone, unless points were spent on them.
-- %(after_sale_ids)s: refunds that are the cause; of several of an order the last.  %(counts_until)s: refunds settled later do not count
-- yet; empty counts what the lines hold now.  %(at_completion)s: only orders that have given nothing, as they stood when completed.
-- %(supposed_at)s: for a dry run, as if the order had been completed then and had given nothing; %(version_id)s: by these rules.
INSERT INTO points_staged_order (
    batch, item, order_id, membership_id, time_zone, rules_id, after_sale_id, counts_until, occurred_at, earned_at,
    is_completed, entries, purchase_given, purchase_forgiven, bonus_given, bonus_forgiven, multiplier, spends, spent, spent_net, skipped
)
SELECT
    %(batch)s, row_number() OVER (ORDER BY found.occurred_at, found.order_no, found.order_id, found.membership_id),
    found.order_id, found.membership_id, found.time_zone, found.rules_id, found.after_sale_id, found.counts_until,
    found.occurred_at, found.earned_at, found.is_completed, found.entries, found.purchase_given, found.purchase_forgiven,
    found.bonus_given, found.bonus_forgiven, found.multiplier, found.spends, found.spent, found.spent_net, found.skipped
FROM (
    SELECT
        bought.id AS order_id, bought.order_no, membership.id AS membership_id, programme.time_zone,
        coalesce(first.rules_id, opening.id) AS rules_id, refund.id AS after_sale_id,
        CASE WHEN %(at_completion)s THEN bought.completed_at ELSE %(counts_until)s::timestamptz END AS counts_until,
        CASE
            WHEN refund.id IS NOT NULL THEN refund.settled_at
            WHEN first.id IS NOT NULL AND %(is_live)s THEN %(booked_at)s::timestamptz
            ELSE coalesce(bought.completed_at, bought.cancelled_at, %(booked_at)s::timestamptz)
        END AS occurred_at,
        coalesce(bought.completed_at, %(supposed_at)s::timestamptz) AS earned_at,
        bought.status = 'completed' OR %(supposed_at)s::timestamptz IS NOT NULL AS is_completed,
        coalesce(given.entries, 0) AS entries,
        coalesce(given.purchase, 0) AS purchase_given, coalesce(given.purchase_forgiven, 0) AS purchase_forgiven,
        coalesce(given.bonus, 0) AS bonus_given, coalesce(given.bonus_forgiven, 0) AS bonus_forgiven,
        CASE WHEN first.id IS NOT NULL THEN coalesce(first.details -> 'multiplier', 'null') END AS multiplier,
        coalesce(used.spends, 0) AS spends, coalesce(used.spent, 0) AS spent, coalesce(used.net, 0) AS spent_net,
        CASE
            WHEN NOT programme.points_on THEN 'points_off'
            WHEN membership.status <> 'active' OR member.status = 'frozen' THEN 'member_frozen'
            WHEN NOT %(is_live)s AND account.is_live THEN 'history_closed'
            ELSE ''
        END AS skipped
    FROM (SELECT DISTINCT unnest(%(order_ids)s::bigint[]) AS id) AS wanted
    -- Each step below finds its few rows by the one before (OFFSET 0): tables that were just filled look empty to the planner.
    CROSS JOIN LATERAL (SELECT * FROM activity_order WHERE id = wanted.id OFFSET 0) AS bought
    CROSS JOIN LATERAL (SELECT * FROM members_member WHERE id = bought.member_id OFFSET 0) AS member
    CROSS JOIN LATERAL (SELECT * FROM stores_store WHERE id = bought.store_id OFFSET 0) AS store
    CROSS JOIN LATERAL (SELECT * FROM stores_membership WHERE member_id = bought.member_id OFFSET 0) AS membership
    JOIN LATERAL (SELECT * FROM stores_programme WHERE id = membership.programme_id OFFSET 0) AS programme
        ON programme.id = store.programme_id OR programme.kind = 'platform'
    LEFT JOIN LATERAL (SELECT * FROM points_pointsaccount WHERE membership_id = membership.id OFFSET 0) AS account ON true
    LEFT JOIN LATERAL (
        SELECT root.id, root.rules_id, root.details
        FROM points_pointsentry AS root
        WHERE root.source_type = 'order' AND root.source_id = bought.id::text AND root.account_id = membership.id
            AND root.kind IN ('earn', 'bonus')
        ORDER BY root.account_version
        LIMIT 1
    ) AS first ON %(supposed_at)s::timestamptz IS NULL
    LEFT JOIN LATERAL (
        SELECT
            count(*) AS entries,
            sum(one.requested) FILTER (WHERE one.family = 'purchase') AS purchase,
            sum(one.forgiven) FILTER (WHERE one.family = 'purchase') AS purchase_forgiven,
            sum(one.requested) FILTER (WHERE one.family = 'bonus') AS bonus,
            sum(one.forgiven) FILTER (WHERE one.family = 'bonus') AS bonus_forgiven
        FROM points_order_entries(bought.id, membership.id) AS one
    ) AS given ON first.id IS NOT NULL
    LEFT JOIN LATERAL (
        SELECT version.id
        FROM points_pointsversion AS version
        WHERE version.programme_id = programme.id
            AND CASE WHEN %(version_id)s::bigint IS NULL THEN version.state = 'published' ELSE version.id = %(version_id)s END
    ) AS opening ON %(opens)s AND first.id IS NULL AND (bought.status = 'completed' OR %(supposed_at)s::timestamptz IS NOT NULL)
    LEFT JOIN LATERAL (
        SELECT
            count(*) + sum(one.restorations) AS spends, sum(one.points) FILTER (WHERE NOT one.is_correction) AS spent,
            sum(one.points - one.restored) AS net
        FROM points_order_spends(bought.id, bought.store_id, bought.order_no, membership.id) AS one
    ) AS used ON EXISTS (
        SELECT FROM points_pointshold AS hold
        WHERE hold.store_id = bought.store_id AND hold.order_no = bought.order_no AND hold.order_no <> ''
            AND hold.account_id = membership.id AND hold.state = 'captured'
    )
    LEFT JOIN LATERAL (
        SELECT after_sale.id, after_sale.settled_at
        FROM activity_aftersale AS after_sale
        WHERE after_sale.order_id = bought.id AND after_sale.id = ANY(%(after_sale_ids)s)
        ORDER BY after_sale.settled_at DESC, after_sale.id DESC
        LIMIT 1
    ) AS refund ON true
    WHERE coalesce(first.id, opening.id, used.spends) IS NOT NULL AND (first.id IS NULL OR NOT %(at_completion)s)
) AS found
