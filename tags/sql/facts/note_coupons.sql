-- Leave notes that facts must be reckoned anew (tags_note_coupons).
SELECT tags_note_coupons(%(coupon_ids)s::bigint[], %(is_live)s)
