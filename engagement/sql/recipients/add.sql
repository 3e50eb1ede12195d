-- Write down memberships %(membership_ids)s as meant by campaign %(campaign_id)s, each with the coupon meant for it: of the offers whose tag
-- it has the one with the highest priority, else the one for everybody (CPN-14). Who is there already stays as it is, so a second run adds
-- nothing. Reads tags_tag and tags_membertag.
INSERT INTO engagement_campaignrecipient (
    campaign_id, membership_id, template_id, state, coupon_result, points_result, tag_result, message_result, cost_minor
)
SELECT %(campaign_id)s, wanted.id, chosen.template_id, 'waiting', '', '', '', '', 0
FROM unnest(%(membership_ids)s::bigint[]) AS wanted (id)
LEFT JOIN LATERAL (
    SELECT offer.template_id
    FROM engagement_campaignoffer AS offer
    LEFT JOIN tags_tag AS tag ON tag.id = offer.tag_id
    WHERE offer.campaign_id = %(campaign_id)s
        AND (
            offer.tag_id IS NULL
            OR EXISTS (
                SELECT FROM tags_membertag AS held
                WHERE held.membership_id = wanted.id AND held.tag_id = offer.tag_id AND held.ended_at IS NULL
            )
        )
    ORDER BY offer.tag_id IS NULL, tag.priority DESC, tag.id
    LIMIT 1
) AS chosen ON true
ON CONFLICT (campaign_id, membership_id) DO NOTHING
