-- What became of the coupons of %(template_ids)s at %(at)s, by the clock as in cards/wallets.sql (CPN-16).
SELECT
    template_id,
    count(*) FILTER (WHERE now_is <> 'revoked') AS issued,
    count(*) FILTER (WHERE now_is = 'used') AS used,
    count(*) FILTER (WHERE now_is = 'expired') AS expired,
    count(*) FILTER (WHERE now_is IN ('available', 'reserved')) AS outstanding,
    count(*) FILTER (WHERE now_is = 'reserved') AS reserved,
    count(*) FILTER (WHERE now_is = 'revoked') AS revoked,
    coalesce(sum(discount_minor) FILTER (WHERE now_is = 'used'), 0)::bigint AS discount_minor,
    count(DISTINCT membership_id) FILTER (WHERE now_is <> 'revoked') AS members
FROM (
    SELECT
        template_id, membership_id, discount_minor,
        CASE
            WHEN state = 'reserved' AND reserved_until > %(at)s THEN 'reserved'
            WHEN state NOT IN ('available', 'reserved') THEN state
            WHEN CASE
                WHEN state = 'reserved' AND valid_until <= reserved_until THEN valid_until + %(grace)s
                ELSE coalesce(grace_until, valid_until)
            END <= %(at)s THEN 'expired'
            ELSE 'available'
        END AS now_is
    FROM coupons_coupon
    WHERE template_id = ANY(%(template_ids)s)
) AS coupon
GROUP BY template_id
