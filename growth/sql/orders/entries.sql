-- Stage the entries that bring what the orders of wave %(wave)s of %(from_batch)s have given in line with what they are worth, under
-- %(batch)s. Nothing where the two agree, so a second run stages nothing.
-- Too much given: taken back from the order's purchases, the latest first, never more than is left of each (GRW-07).
-- Too little given: first what was taken back is cancelled, the latest first, and gives back only what had been applied of it (ruling 20);
-- the rest is another purchase.
WITH differing AS (
    SELECT staged.*, staged.effect - staged.before AS change, after_sale.after_sale_no
    FROM growth_staged_order AS staged
    LEFT JOIN activity_aftersale AS after_sale ON after_sale.id = staged.after_sale_id
    WHERE staged.batch = %(from_batch)s AND staged.wave = %(wave)s AND staged.skipped = '' AND staged.effect <> staged.before
        AND (staged.entries = 0 OR staged.counts_until IS NULL OR staged.effect < staged.before)
), known AS (
    SELECT differing.item, one.*
    FROM differing
    CROSS JOIN LATERAL growth_order_entries(differing.order_id, differing.membership_id) AS one
    WHERE differing.entries > 0
), taken_back AS (
    SELECT
        whole.item, whole.root_id AS reverses_id, -least(whole.still, greatest(0, -whole.change - whole.ahead)) AS requested,
        NULL::bigint AS apply_at_most, CASE WHEN whole.after_sale_id IS NULL THEN 'correction' ELSE 'refund' END AS reason
    FROM (
        SELECT
            purchase.*, differing.change, differing.after_sale_id,
            coalesce(sum(purchase.still) OVER (
                PARTITION BY purchase.item ORDER BY purchase.account_version DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ), 0)::bigint AS ahead
        FROM (
            SELECT item, root_id, max(account_version) FILTER (WHERE part = 'purchase') AS account_version, sum(requested)::bigint AS still
            FROM known
            GROUP BY item, root_id
        ) AS purchase
        JOIN differing ON differing.item = purchase.item AND differing.change < 0
    ) AS whole
), cancelled AS (
    SELECT
        whole.item, whole.id AS reverses_id, least(whole.still, greatest(0, whole.change - whole.ahead)) AS requested,
        -- a reversal that stands for less would have taken at most that: the rest of what it took is given back
        whole.taken - least(whole.taken, whole.still - least(whole.still, greatest(0, whole.change - whole.ahead))) - whole.restored
            AS apply_at_most,
        CASE WHEN whole.reason = 'correction' THEN 'correction' ELSE 'refund_cancelled' END AS reason
    FROM (
        SELECT
            reversal.*, differing.change,
            coalesce(sum(reversal.still) OVER (
                PARTITION BY reversal.item ORDER BY reversal.account_version DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ), 0)::bigint AS ahead
        FROM (
            SELECT
                back.item, back.id, back.account_version, back.reason, -back.applied AS taken,
                (-back.requested - coalesce(sum(undone.requested), 0))::bigint AS still, coalesce(sum(undone.applied), 0)::bigint AS restored
            FROM known AS back
            LEFT JOIN known AS undone ON undone.item = back.item AND undone.reversal_id = back.id
            WHERE back.part = 'reversal'
            GROUP BY back.item, back.id, back.account_version, back.reason, back.applied, back.requested
        ) AS reversal
        JOIN differing ON differing.item = reversal.item AND differing.change > 0
    ) AS whole
), wanted AS (
    SELECT * FROM taken_back WHERE requested < 0
    UNION ALL
    SELECT * FROM cancelled WHERE requested > 0
    UNION ALL
    SELECT differing.item, NULL, differing.change - coalesce(undone.requested, 0), NULL, 'purchase'
    FROM differing
    LEFT JOIN (SELECT item, sum(requested)::bigint AS requested FROM cancelled GROUP BY item) AS undone ON undone.item = differing.item
    WHERE differing.change > coalesce(undone.requested, 0)
), numbered AS (
    SELECT wanted.*, row_number() OVER (PARTITION BY wanted.item ORDER BY wanted.reverses_id DESC NULLS LAST) AS place FROM wanted
)
INSERT INTO growth_staged_entry (
    batch, item, membership_id, requested, apply_at_most, reason, source_type, source_id, rule_id, reverses_id, details, effect_key, actor,
    occurred_at
)
SELECT
    %(batch)s, row_number() OVER (ORDER BY numbered.item, numbered.place), differing.membership_id, numbered.requested,
    numbered.apply_at_most, numbered.reason,
    CASE WHEN differing.after_sale_id IS NULL OR numbered.reason = 'purchase' THEN 'order' ELSE 'after_sale' END,
    CASE WHEN differing.after_sale_id IS NULL OR numbered.reason = 'purchase' THEN differing.order_id ELSE differing.after_sale_id END::text,
    differing.rule_id, numbered.reverses_id, differing.details || jsonb_strip_nulls(jsonb_build_object('after_sale_no', differing.after_sale_no)),
    'order:' || differing.order_id || ':purchase:' || differing.entries + numbered.place, %(actor)s, differing.occurred_at
FROM numbered
JOIN differing ON differing.item = numbered.item
