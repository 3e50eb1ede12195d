-- Say of members of campaign %(campaign_id)s what each got: arrays by place. Only who waits is touched, so a second run changes nothing.
UPDATE engagement_campaignrecipient AS recipient
SET
    state = said.state, coupon_id = said.coupon_id, coupon_result = said.coupon_result, points_result = said.points_result,
    tag_result = said.tag_result, message_result = said.message_result, notice_id = said.notice_id, cost_minor = said.cost_minor,
    settled_at = %(at)s
FROM unnest(
    %(membership_ids)s::bigint[], %(states)s::text[], %(coupon_ids)s::bigint[], %(coupon_results)s::text[], %(points_results)s::text[],
    %(tag_results)s::text[], %(message_results)s::text[], %(notice_ids)s::bigint[], %(costs)s::bigint[]
) AS said (
    membership_id, state, coupon_id, coupon_result, points_result, tag_result, message_result, notice_id, cost_minor
)
WHERE recipient.campaign_id = %(campaign_id)s AND recipient.membership_id = said.membership_id AND recipient.state = 'waiting'
