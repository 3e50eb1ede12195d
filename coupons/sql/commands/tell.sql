-- Tell of coupons that changed (coupons_tell).
SELECT coupons_tell(%(coupon_ids)s::bigint[], %(topic)s, %(happened)s, %(booked_at)s)
