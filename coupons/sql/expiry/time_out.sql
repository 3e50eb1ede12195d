-- End the reservations of %(membership_ids)s (held by the caller) whose time is over at %(now)s: the coupon is free again since then, and
-- usable for %(grace)s after its end where that came while it was reserved (coupons/rules/states.py). Answers their ids; a
-- second run finds none.
WITH due AS (
    SELECT id, membership_id, store_id, order_no, discount_minor, reserved_until
    FROM coupons_coupon
    WHERE membership_id = ANY(%(membership_ids)s) AND state = 'reserved' AND reserved_until <= %(now)s
), freed AS (
    UPDATE coupons_coupon AS coupon
    SET
        state = 'available', store_id = NULL, order_no = '', reserved_at = NULL, reserved_until = NULL, discount_minor = NULL,
        grace_until = CASE WHEN coupon.valid_until <= coupon.reserved_until THEN coupon.valid_until + %(grace)s ELSE coupon.grace_until END
    FROM due
    WHERE coupon.id = due.id
)
INSERT INTO coupons_couponstep (
    coupon_id, membership_id, state_from, state_to, cause, store_id, order_no, discount_minor, reason, actor, occurred_at, booked_at
)
SELECT id, membership_id, 'reserved', 'available', 'timed_out', store_id, order_no, discount_minor, '', 'system', reserved_until, %(now)s
FROM due
ORDER BY id
RETURNING coupon_id
