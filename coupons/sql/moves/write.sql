-- Write what coupons have become: parallel arrays, each coupon once. Guarded: a coupon that is not in its state_froms stays as it is and is
-- not answered, so a second run writes nothing. The caller holds the memberships.
UPDATE coupons_coupon AS coupon
SET
    state = move.state_to, store_id = move.store_id, order_no = move.order_no, reserved_at = move.reserved_at,
    reserved_until = move.reserved_until, used_at = move.used_at, discount_minor = move.discount_minor,
    grace_until = move.grace_until, ended_at = move.ended_at
FROM unnest(
    %(coupon_ids)s::bigint[], %(state_froms)s::text[], %(state_tos)s::text[], %(store_ids)s::bigint[], %(order_nos)s::text[],
    %(reserved_ats)s::timestamptz[], %(reserved_untils)s::timestamptz[], %(used_ats)s::timestamptz[], %(discounts)s::bigint[],
    %(grace_untils)s::timestamptz[], %(ended_ats)s::timestamptz[]
) AS move (
    coupon_id, state_from, state_to, store_id, order_no, reserved_at, reserved_until, used_at, discount_minor, grace_until, ended_at
)
WHERE coupon.id = move.coupon_id AND coupon.state = move.state_from
RETURNING coupon.id, coupon.membership_id
