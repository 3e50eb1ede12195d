-- What of the coupons does not hold by itself: what, where, expected, found.
WITH walk AS (
    SELECT
        coupon_id, state_from, state_to, coalesce(lag(state_to) OVER one_coupon, '') AS before,
        row_number() OVER (PARTITION BY coupon_id ORDER BY id DESC) = 1 AS is_last
    FROM coupons_couponstep
    WINDOW one_coupon AS (PARTITION BY coupon_id ORDER BY id)
)
SELECT 'a coupon and its last step' AS what, 'coupon ' || coupon.id || ' is ' || coupon.state AS place, 1::bigint AS expected, 0::bigint AS found
FROM coupons_coupon AS coupon LEFT JOIN walk ON walk.coupon_id = coupon.id AND walk.is_last
WHERE walk.state_to IS DISTINCT FROM coupon.state
UNION ALL
SELECT 'a step from elsewhere', 'coupon ' || coupon_id || ' to ' || state_to, 1, 0 FROM walk WHERE state_from <> before
UNION ALL
SELECT 'coupons issued', 'template ' || template.id, count(coupon.id), template.issued
FROM coupons_coupontemplate AS template LEFT JOIN coupons_coupon AS coupon ON coupon.template_id = template.id AND coupon.state <> 'revoked'
GROUP BY template.id
HAVING count(coupon.id) <> template.issued
UNION ALL
SELECT 'coupons beyond the stock', 'template ' || id, stock, issued FROM coupons_coupontemplate WHERE issued > stock
