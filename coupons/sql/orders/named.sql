-- The coupons that the orders %(order_ids)s name and that their member holds in the store's programme or the platform's, in the order in which
-- each order names them; codes of others are the shop's own. Left out are cancelled orders, and what an order of which nothing is left has given
-- back already. Reads activity and stores.
SELECT
    bought.id AS order_id, bought.order_no, bought.store_id, bought.member_id, bought.status, bought.coupon_minor, bought.origin,
    bought.placed_at, bought.paid_at, bought.completed_at, coupon.id AS coupon_id, coupon.membership_id,
    membership.programme_id
FROM unnest(%(order_ids)s::bigint[]) WITH ORDINALITY AS wanted (id, place)
CROSS JOIN LATERAL (
    SELECT * FROM activity_order WHERE id = wanted.id AND coupon_codes <> '[]' AND status <> 'cancelled' OFFSET 0
) AS bought
CROSS JOIN LATERAL jsonb_array_elements_text(bought.coupon_codes) WITH ORDINALITY AS named (code, number)
JOIN coupons_coupon AS coupon ON coupon.code = upper(replace(replace(named.code, '-', ''), ' ', ''))
JOIN stores_membership AS membership ON membership.id = coupon.membership_id AND membership.member_id = bought.member_id
JOIN stores_programme AS programme ON programme.id = membership.programme_id
JOIN stores_store AS store ON store.id = bought.store_id AND (programme.kind = 'platform' OR store.programme_id = programme.id)
WHERE EXISTS (
    SELECT FROM activity_orderline AS line
    WHERE line.order_id = bought.id AND (
        line.paid_minor > line.refunded_minor OR (line.paid_minor = 0 AND line.refunded_quantity < line.quantity)
    )
) OR NOT EXISTS (
    SELECT FROM coupons_couponstep AS back
    WHERE back.coupon_id = coupon.id AND back.state_from = 'used' AND back.store_id = bought.store_id AND back.order_no = bought.order_no
)
ORDER BY wanted.place, named.number
