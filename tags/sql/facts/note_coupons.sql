-- Leave notes that facts must be reckoned anew (tags_note): something became of these coupons. Reads coupons.
SELECT tags_note(ARRAY(SELECT membership_id FROM coupons_coupon WHERE id = ANY(%(coupon_ids)s::bigint[])), %(is_live)s)
