-- How many coupons each of %(membership_ids)s can use at %(at)s; those with none are left out. By the clock, as cards/wallets.sql.
SELECT coupon.membership_id, count(*) AS usable
FROM coupons_coupon AS coupon
WHERE coupon.membership_id = ANY(%(membership_ids)s) AND coupon.valid_from <= %(at)s
    AND (
        (coupon.state = 'available' AND coalesce(coupon.grace_until, coupon.valid_until) > %(at)s)
        OR (
            coupon.state = 'reserved' AND coupon.reserved_until <= %(at)s
            AND CASE
                WHEN coupon.valid_until <= coupon.reserved_until THEN coupon.valid_until + %(grace)s
                ELSE coalesce(coupon.grace_until, coupon.valid_until)
            END > %(at)s
        )
    )
GROUP BY coupon.membership_id
