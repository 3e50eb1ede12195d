-- Give coupons of a template to memberships that are held (coupons_issue).
SELECT membership_id, verdict, coupon_ids
FROM coupons_issue(
    %(template_id)s, %(membership_ids)s::bigint[], %(quantity)s::integer, %(source)s, %(source_id)s, %(effect_key)s, %(reason)s, %(actor)s,
    %(at)s
)
