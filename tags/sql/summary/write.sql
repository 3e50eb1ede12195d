-- Write the days reckoned afresh where they differ; the rows touched are the differences. A second run finds none.
MERGE INTO tags_memberday AS day
USING summary_fresh AS fresh
ON day.membership_id = fresh.membership_id AND day.day_on = fresh.day_on AND day.store_id = fresh.store_id
WHEN MATCHED AND (
        day.paid_minor, day.deals, day.pieces, day.postage_minor, day.discount_minor, day.second_discount_minor, day.discounted_deals,
        day.twice_discounted_deals, day.highest_price_minor, day.categories, day.top_category, day.pieces_by_band, day.refunds,
        day.refund_minor, day.cart_adds, day.cart_removes, day.favourites, day.unfavourites, day.items_clicked, day.clicks,
        day.dwell_seconds, day.good_reviews
    ) IS DISTINCT FROM (
        fresh.paid_minor, fresh.deals, fresh.pieces, fresh.postage_minor, fresh.discount_minor, fresh.second_discount_minor,
        fresh.discounted_deals, fresh.twice_discounted_deals, fresh.highest_price_minor, fresh.categories, fresh.top_category,
        fresh.pieces_by_band, fresh.refunds, fresh.refund_minor, fresh.cart_adds, fresh.cart_removes, fresh.favourites,
        fresh.unfavourites, fresh.items_clicked, fresh.clicks, fresh.dwell_seconds, fresh.good_reviews
    ) THEN UPDATE SET
        paid_minor = fresh.paid_minor, deals = fresh.deals, pieces = fresh.pieces, postage_minor = fresh.postage_minor, discount_minor =
        fresh.discount_minor, second_discount_minor = fresh.second_discount_minor, discounted_deals = fresh.discounted_deals,
        twice_discounted_deals = fresh.twice_discounted_deals, highest_price_minor = fresh.highest_price_minor, categories =
        fresh.categories, top_category = fresh.top_category, pieces_by_band = fresh.pieces_by_band, refunds = fresh.refunds, refund_minor
        = fresh.refund_minor, cart_adds = fresh.cart_adds, cart_removes = fresh.cart_removes, favourites = fresh.favourites, unfavourites
        = fresh.unfavourites, items_clicked = fresh.items_clicked, clicks = fresh.clicks, dwell_seconds = fresh.dwell_seconds,
        good_reviews = fresh.good_reviews
WHEN NOT MATCHED THEN INSERT (
        membership_id, store_id, day_on, paid_minor, deals, pieces, postage_minor, discount_minor, second_discount_minor,
        discounted_deals, twice_discounted_deals, highest_price_minor, categories, top_category, pieces_by_band, refunds, refund_minor,
        cart_adds, cart_removes, favourites, unfavourites, items_clicked, clicks, dwell_seconds, good_reviews
    ) VALUES (
        fresh.membership_id, fresh.store_id, fresh.day_on, fresh.paid_minor, fresh.deals, fresh.pieces, fresh.postage_minor,
        fresh.discount_minor, fresh.second_discount_minor, fresh.discounted_deals, fresh.twice_discounted_deals,
        fresh.highest_price_minor, fresh.categories, fresh.top_category, fresh.pieces_by_band, fresh.refunds, fresh.refund_minor,
        fresh.cart_adds, fresh.cart_removes, fresh.favourites, fresh.unfavourites, fresh.items_clicked, fresh.clicks, fresh.dwell_seconds,
        fresh.good_reviews
    )
