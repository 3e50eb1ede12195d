-- What people did in the shop on the days asked for. Reads activity. Items are told apart by SKU, or SPU where there is none. A review is
-- good with 4 stars or more; one without stars says nothing.
INSERT INTO summary_fresh (
    membership_id, store_id, day_on, cart_adds, cart_removes, favourites, unfavourites, items_clicked, clicks, dwell_seconds, good_reviews
)
SELECT
    membership_id, store_id, day_on,
    CASE WHEN of_carts THEN cart_adds END, CASE WHEN of_carts THEN cart_removes END,
    CASE WHEN of_favourites THEN favourites END, CASE WHEN of_favourites THEN unfavourites END,
    nullif(items_clicked, 0), nullif(clicks, 0), dwell_seconds, good_reviews
FROM (
    SELECT
        who.membership_id, who.store_id, day.day_on,
        bool_or(did.kind IN ('cart_add', 'cart_remove')) AS of_carts,
        count(DISTINCT day.item) FILTER (WHERE did.kind = 'cart_add') AS cart_adds,
        count(DISTINCT day.item) FILTER (WHERE did.kind = 'cart_remove') AS cart_removes,
        bool_or(did.kind IN ('favourite', 'unfavourite')) AS of_favourites,
        count(DISTINCT day.item) FILTER (WHERE did.kind = 'favourite') AS favourites,
        count(DISTINCT day.item) FILTER (WHERE did.kind = 'unfavourite') AS unfavourites,
        count(DISTINCT day.item) FILTER (WHERE did.kind = 'click') AS items_clicked,
        count(*) FILTER (WHERE did.kind = 'click') AS clicks,
        sum(did.dwell_seconds) AS dwell_seconds,
        sum((day.stars >= 4)::integer) FILTER (WHERE did.kind IN ('review.approved', 'photo_review.approved')) AS good_reviews
    FROM summary_who AS who
    JOIN activity_behaviourevent AS did ON did.member_id = who.member_id AND did.store_id = who.store_id
    CROSS JOIN LATERAL (
        SELECT
            (did.occurred_at AT TIME ZONE who.time_zone)::date AS day_on,
            coalesce(nullif(did.sku, ''), did.spu) AS item,
            CASE WHEN jsonb_typeof(did.attributes -> 'rating') = 'number' THEN (did.attributes ->> 'rating')::numeric END AS stars
    ) AS day
    LEFT JOIN summary_wanted AS wanted
        ON wanted.membership_id = who.membership_id AND wanted.store_id = who.store_id AND wanted.day_on = day.day_on
    WHERE who.is_whole OR wanted.day_on IS NOT NULL
    GROUP BY who.membership_id, who.store_id, day.day_on
) AS done
WHERE of_carts OR of_favourites OR clicks > 0 OR dwell_seconds IS NOT NULL OR good_reviews IS NOT NULL
ON CONFLICT (membership_id, day_on, store_id) DO UPDATE SET
    cart_adds = excluded.cart_adds, cart_removes = excluded.cart_removes, favourites = excluded.favourites,
    unfavourites = excluded.unfavourites, items_clicked = excluded.items_clicked, clicks = excluded.clicks,
    dwell_seconds = excluded.dwell_seconds, good_reviews = excluded.good_reviews
