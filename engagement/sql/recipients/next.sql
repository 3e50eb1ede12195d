-- The next %(limit)s members of campaign %(campaign_id)s of whom nobody has said yet what they got, in membership order: whether they may
-- be given anything, and what their coupon may cost. Reads stores_membership, members_member and coupons_coupontemplate.
SELECT
    recipient.membership_id, membership.member_id, recipient.template_id,
    membership.status = 'active' AND member.status = 'active' AS is_active,
    coalesce(template.cost_minor, 0) AS coupon_cost_minor
FROM engagement_campaignrecipient AS recipient
JOIN stores_membership AS membership ON membership.id = recipient.membership_id
JOIN members_member AS member ON member.id = membership.member_id
LEFT JOIN coupons_coupontemplate AS template ON template.id = recipient.template_id
WHERE recipient.campaign_id = %(campaign_id)s AND recipient.state = 'waiting'
ORDER BY recipient.membership_id
LIMIT %(limit)s
