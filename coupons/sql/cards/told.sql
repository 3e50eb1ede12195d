-- What other programs are told of the coupons %(coupon_ids)s. store_ids: the stores of the programme. Reads members and stores.
SELECT
    coupon.id, coupon.state, coupon.source, coupon.order_no, coupon.discount_minor, coupon.valid_until, template.code AS template,
    store.code AS store, programme.code AS programme, person.one_id,
    ARRAY(SELECT shop.id FROM stores_store AS shop WHERE shop.programme_id = programme.id ORDER BY shop.id) AS store_ids
FROM unnest(%(coupon_ids)s::bigint[]) AS wanted (id)
JOIN coupons_coupon AS coupon ON coupon.id = wanted.id
JOIN coupons_coupontemplate AS template ON template.id = coupon.template_id
JOIN stores_membership AS membership ON membership.id = coupon.membership_id
JOIN stores_programme AS programme ON programme.id = membership.programme_id
JOIN members_member AS person ON person.id = membership.member_id
LEFT JOIN stores_store AS store ON store.id = coupon.store_id
ORDER BY coupon.id
