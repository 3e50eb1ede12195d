-- Tell other programs of each of these coupons, in the transaction of what happened to them. p_happened: "issued", "used" ...
-- Its code is not in it: who knows it can use it. store_ids are the stores of the programme. Reads coupons, members and stores.
CREATE FUNCTION coupons_tell(p_coupons bigint[], p_topic text, p_happened text, p_booked_at timestamptz) RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan  -- its few rows are found by their indexes: to plan anew each time costs more than to run it
SET enable_seqscan = off  -- the plan that is kept may have been made when the tables were small
AS $$
DECLARE
    messages core_outgoing[];
BEGIN
    SELECT
        array_agg(
            ROW(
                person.one_id,
                ARRAY(SELECT shop.id FROM stores_store AS shop WHERE shop.programme_id = programme.id ORDER BY shop.id),
                jsonb_build_object(
                    'one_id', person.one_id, 'programme', programme.code, 'coupon', coupon.id, 'template', template.code,
                    'happened', p_happened, 'state', coupon.state, 'source', coupon.source, 'store', store.code,
                    'order_no', nullif(coupon.order_no, ''), 'discount_minor', coupon.discount_minor, 'valid_until', coupon.valid_until
                )
            )::core_outgoing
            ORDER BY coupon.id
        )
    INTO messages
    FROM unnest(p_coupons) AS wanted (id)
    -- each step finds its row by the one before (OFFSET 0): a plan that is kept may have been made when tables were small
    CROSS JOIN LATERAL (
        SELECT id, state, source, order_no, discount_minor, valid_until, template_id, membership_id, store_id
        FROM coupons_coupon
        WHERE id = wanted.id
        OFFSET 0
    ) AS coupon
    JOIN coupons_coupontemplate AS template ON template.id = coupon.template_id
    CROSS JOIN LATERAL (SELECT * FROM stores_membership WHERE id = coupon.membership_id OFFSET 0) AS membership
    JOIN stores_programme AS programme ON programme.id = membership.programme_id
    CROSS JOIN LATERAL (SELECT * FROM members_member WHERE id = membership.member_id OFFSET 0) AS person
    LEFT JOIN stores_store AS store ON store.id = coupon.store_id;

    PERFORM core_enqueue(p_topic, messages, p_booked_at, p_booked_at);
END $$
