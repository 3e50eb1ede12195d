-- Coupons and templates that disagree with their steps and sums, at most %(limit)s (none, when all is well); by what differs:
-- "steps"      a coupon is not in the state its last step led to, or a step does not begin where the one before ended or names another
--              membership;
-- "issued"     a template counts other coupons as gone than there are but for revoked ones;
-- "committed"  a template's committed budget is not what those may cost.
-- membership_id is 0 where a template disagrees.
WITH walk AS (
    SELECT
        coupon_id, membership_id, state_from, state_to, id,
        lag(state_to, 1, '') OVER number AS before, lead(id) OVER number IS NULL AS is_last
    FROM coupons_couponstep
    WINDOW number AS (PARTITION BY coupon_id ORDER BY id)
),
sums AS (
    SELECT template_id, count(*) AS coupons, sum(cost_minor) AS cost_minor FROM coupons_coupon WHERE state <> 'revoked' GROUP BY template_id
)
SELECT found.membership_id, found.what, found.expected, found.found
FROM (
    SELECT coupon.membership_id, 'steps' AS what, 0 AS expected, coupon.id AS found
    FROM coupons_coupon AS coupon
    LEFT JOIN walk ON walk.coupon_id = coupon.id AND walk.is_last
    WHERE walk.state_to IS DISTINCT FROM coupon.state
    UNION ALL
    SELECT coupon.membership_id, 'steps', 0, coupon.id
    FROM walk
    JOIN coupons_coupon AS coupon ON coupon.id = walk.coupon_id
    WHERE walk.state_from <> walk.before OR walk.membership_id <> coupon.membership_id
    UNION ALL
    SELECT 0, 'issued', coalesce(sums.coupons, 0), template.issued
    FROM coupons_coupontemplate AS template
    LEFT JOIN sums ON sums.template_id = template.id
    WHERE template.issued <> coalesce(sums.coupons, 0)
    UNION ALL
    SELECT 0, 'committed', coalesce(sums.cost_minor, 0), template.committed_minor
    FROM coupons_coupontemplate AS template
    LEFT JOIN sums ON sums.template_id = template.id
    WHERE template.committed_minor <> coalesce(sums.cost_minor, 0)
) AS found
ORDER BY found.membership_id, found.what
LIMIT %(limit)s
