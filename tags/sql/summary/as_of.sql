-- What a membership's days at one store come to, up to and including %(on)s: one row, empty figures where nothing was told.
WITH day AS (
    SELECT * FROM tags_memberday WHERE membership_id = %(membership_id)s AND store_id = %(store_id)s AND day_on <= %(on)s
), whole AS (
    SELECT
        min(day_on) FILTER (WHERE deals > 0) AS first_on,
        max(day_on) FILTER (WHERE deals > 0) AS last_on,
        sum(deals) AS deals,
        sum(paid_minor)::bigint AS paid_minor,
        max(highest_price_minor) AS highest_price_minor,
        ARRAY[
            sum(pieces_by_band[1])::bigint, sum(pieces_by_band[2])::bigint, sum(pieces_by_band[3])::bigint,
            sum(pieces_by_band[4])::bigint, sum(pieces_by_band[5])::bigint
        ] AS pieces_by_band
    FROM day
)
SELECT
    whole.*,
    CASE
        WHEN (SELECT deals FROM day WHERE day_on = whole.first_on) > 1 THEN whole.first_on
        ELSE (SELECT min(day_on) FROM day WHERE deals > 0 AND day_on > whole.first_on)
    END AS second_on
FROM whole
