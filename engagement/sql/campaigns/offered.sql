-- What a campaign of programme %(programme_id)s may name now: coupon templates in use, tags and segments that are not retired.
-- Reads coupons_coupontemplate, tags_tag and tags_segment.
SELECT 'template' AS kind, id, code, name, cost_minor, 0 AS priority, NULL::jsonb AS rule
FROM coupons_coupontemplate
WHERE programme_id = %(programme_id)s AND is_on
UNION ALL
SELECT 'tag', id, code, name, 0, priority, NULL
FROM tags_tag
WHERE programme_id = %(programme_id)s AND retired_at IS NULL
UNION ALL
SELECT 'segment', id, code, name, 0, 0, rule
FROM tags_segment
WHERE programme_id = %(programme_id)s AND retired_at IS NULL
ORDER BY kind, name, id
