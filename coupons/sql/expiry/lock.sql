-- Hold memberships with coupons whose time is over at %(now)s, at most %(limit)s, in id order, but for those that somebody serves just now.
-- Time is over for available coupons at their end and for reservations at reserved_until.
SELECT membership.id
FROM stores_membership AS membership
WHERE membership.id IN (
    SELECT coupon.membership_id FROM coupons_coupon AS coupon
    WHERE coupon.state = 'available' AND coupon.valid_until <= %(now)s
        AND (coupon.grace_until IS NULL OR coupon.grace_until <= %(now)s)
    UNION ALL
    SELECT coupon.membership_id FROM coupons_coupon AS coupon WHERE coupon.state = 'reserved' AND coupon.reserved_until <= %(now)s
)
ORDER BY membership.id
LIMIT %(limit)s
FOR NO KEY UPDATE SKIP LOCKED
