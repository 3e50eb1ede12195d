-- What happened to the coupons of member %(member_id)s before %(before)s, the latest first, at most %(limit)s: received, used, given back,
-- expired, revoked. Of each membership no more are read than are wanted, from indexes in this order (coupons_coupon_of_member,
-- coupons_couponstep_of_member). %(programme_ids)s: what the caller reaches, NULL for everything. Reads stores' tables.
WITH happened AS (
    SELECT found.at, found.number, found.coupon_id, found.step_id
    FROM stores_membership AS membership
    CROSS JOIN LATERAL (
        (
            SELECT coupon.received_at AS at, coupon.id AS number, coupon.id AS coupon_id, NULL::bigint AS step_id
            FROM coupons_coupon AS coupon
            WHERE coupon.membership_id = membership.id AND coupon.received_at < %(before)s
            ORDER BY coupon.received_at DESC, coupon.id DESC
            LIMIT %(limit)s
        )
        UNION ALL
        (
            SELECT step.occurred_at, step.id, step.coupon_id, step.id
            FROM coupons_couponstep AS step
            WHERE step.membership_id = membership.id AND step.occurred_at < %(before)s
                AND (step.state_from = 'used' OR step.state_to IN ('used', 'expired', 'revoked'))
            ORDER BY step.occurred_at DESC, step.id DESC
            LIMIT %(limit)s
        )
    ) AS found
    WHERE membership.member_id = %(member_id)s
        AND (%(programme_ids)s::bigint[] IS NULL OR membership.programme_id = ANY(%(programme_ids)s))
    ORDER BY found.at DESC, found.number DESC, found.step_id IS NULL
    LIMIT %(limit)s
)
SELECT
    happened.at, happened.number,
    CASE WHEN step.id IS NULL THEN 'received' WHEN step.state_from = 'used' THEN 'returned' ELSE step.state_to END AS what,
    coupon.name, coupon.kind, coupon.face_minor, coupon.pay_rate, coupon.cap_minor, coupon.source, coalesce(step.order_no, '') AS order_no,
    step.discount_minor, coalesce(step.reason, '') AS reason, programme.currency, coalesce(store.name, programme.name) AS place
FROM happened
JOIN coupons_coupon AS coupon ON coupon.id = happened.coupon_id
LEFT JOIN coupons_couponstep AS step ON step.id = happened.step_id
JOIN coupons_coupontemplate AS template ON template.id = coupon.template_id
JOIN stores_programme AS programme ON programme.id = template.programme_id
LEFT JOIN stores_store AS store ON store.id = step.store_id
ORDER BY happened.at DESC, happened.number DESC, happened.step_id IS NULL
