-- The campaigns that reached member %(member_id)s before %(before)s and what came of each, the latest first, at most %(limit)s. Of each
-- membership no more are read than are wanted, from an index in this order (engagement_recipient_of_member).
-- %(programme_ids)s: what the caller reaches, NULL for everything. Reads tables of stores, coupons and tags.
WITH happened AS (
    SELECT found.*, membership.programme_id
    FROM stores_membership AS membership
    CROSS JOIN LATERAL (
        SELECT recipient.*
        FROM engagement_campaignrecipient AS recipient
        WHERE recipient.membership_id = membership.id AND recipient.settled_at < %(before)s
        ORDER BY recipient.settled_at DESC, recipient.id DESC
        LIMIT %(limit)s
    ) AS found
    WHERE membership.member_id = %(member_id)s
        AND (%(programme_ids)s::bigint[] IS NULL OR membership.programme_id = ANY(%(programme_ids)s))
    ORDER BY found.settled_at DESC, found.id DESC
    LIMIT %(limit)s
)
SELECT
    happened.settled_at AS at, happened.id, happened.state, happened.campaign_id, campaign.name, programme.name AS programme_name,
    happened.coupon_result, happened.points_result, happened.tag_result, happened.message_result,
    coalesce(template.name, '') AS coupon_name, campaign.points, coalesce(tag.name, '') AS tag_name
FROM happened
JOIN engagement_campaign AS campaign ON campaign.id = happened.campaign_id
JOIN stores_programme AS programme ON programme.id = happened.programme_id
LEFT JOIN coupons_coupontemplate AS template ON template.id = happened.template_id
LEFT JOIN tags_tag AS tag ON tag.id = campaign.gives_tag_id
ORDER BY happened.settled_at DESC, happened.id DESC
