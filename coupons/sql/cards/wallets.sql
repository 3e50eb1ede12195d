-- How many coupons the members %(member_ids)s can use at %(at)s, and how many are reserved, by programme with coupons. By the clock: a
-- reservation whose time is over holds nothing, and gives %(grace)s after the end to a coupon that ended meanwhile (coupons/rules/states.py).
-- %(programme_ids)s: what the caller reaches, NULL for everything. Reads stores' memberships and programmes.
SELECT
    membership.member_id, membership.id AS membership_id, programme.id AS programme_id, programme.code AS programme_code,
    programme.name AS programme_name, programme.time_zone,
    count(*) FILTER (WHERE coupon.is_free AND coupon.valid_from <= %(at)s AND coupon.ends_at > %(at)s) AS usable,
    count(*) FILTER (WHERE NOT coupon.is_free) AS reserved,
    min(coupon.ends_at) FILTER (WHERE coupon.is_free AND coupon.valid_from <= %(at)s AND coupon.ends_at > %(at)s) AS next_end_at
FROM stores_membership AS membership
JOIN stores_programme AS programme ON programme.id = membership.programme_id AND programme.coupons_on
LEFT JOIN LATERAL (
    SELECT
        row.valid_from, row.state = 'available' OR row.reserved_until <= %(at)s AS is_free,
        CASE
            WHEN row.state = 'reserved' AND row.valid_until <= row.reserved_until THEN row.valid_until + %(grace)s
            ELSE coalesce(row.grace_until, row.valid_until)
        END AS ends_at
    FROM coupons_coupon AS row
    WHERE row.membership_id = membership.id AND row.state IN ('available', 'reserved')
) AS coupon ON true
WHERE membership.member_id = ANY(%(member_ids)s)
    AND (%(programme_ids)s::bigint[] IS NULL OR membership.programme_id = ANY(%(programme_ids)s))
GROUP BY membership.id, programme.id
ORDER BY membership.member_id, programme.kind = 'platform' DESC, programme.code
