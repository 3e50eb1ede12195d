-- How often each result came out of each thing that campaign %(campaign_id)s gives; the most frequent first.
SELECT gift.name AS gift, gift.result, count(*) AS members
FROM engagement_campaignrecipient AS recipient
CROSS JOIN LATERAL (
    VALUES
        ('coupon', recipient.coupon_result), ('points', recipient.points_result), ('tag', recipient.tag_result),
        ('message', recipient.message_result)
) AS gift (name, result)
WHERE recipient.campaign_id = %(campaign_id)s AND gift.result <> ''
GROUP BY gift.name, gift.result
ORDER BY array_position(ARRAY['coupon', 'points', 'tag', 'message'], gift.name), members DESC, gift.result
