-- Kinds of facts whose first day was among the days asked for, and has none of that kind any more: (id, store_id, family).
SELECT source.id, source.store_id, source.family
FROM tags_daysource AS source
WHERE source.store_id IN (SELECT store_id FROM summary_who)
    AND NOT EXISTS (
        SELECT 1 FROM tags_memberday AS day
        WHERE day.store_id = source.store_id AND day.day_on = source.first_on
            AND CASE source.family
                WHEN 'orders' THEN day.deals IS NOT NULL
                WHEN 'refunds' THEN day.refunds IS NOT NULL
                WHEN 'carts' THEN day.cart_adds IS NOT NULL
                WHEN 'favourites' THEN day.favourites IS NOT NULL
                WHEN 'clicks' THEN day.clicks IS NOT NULL
                WHEN 'dwell' THEN day.dwell_seconds IS NOT NULL
                WHEN 'ratings' THEN day.good_reviews IS NOT NULL
            END
    )
