-- The months of those touched, from their days: of the platform from the days at all stores. One row an indicator that ever was above 0.
WITH day AS (
    SELECT touched.membership_id AS owner_id, (extract(year FROM day_on) * 12 + extract(month FROM day_on) - 1)::integer AS month, day.*
    FROM summary_touched AS touched
    JOIN tags_memberday AS day ON day.membership_id = touched.membership_id
    WHERE NOT touched.is_platform
    UNION ALL
    SELECT touched.membership_id, (extract(year FROM day_on) * 12 + extract(month FROM day_on) - 1)::integer, day.*
    FROM summary_touched AS touched
    JOIN stores_membership AS own ON own.member_id = touched.member_id
    JOIN tags_memberday AS day ON day.membership_id = own.id
    WHERE touched.is_platform
), of_month AS (
    SELECT
        owner_id, month,
        sum(paid_minor)::bigint AS pay_amount, sum(deals) AS pay_ord, sum(pieces)::bigint AS pay_qty, sum(postage_minor)::bigint AS postage,
        sum(discount_minor)::bigint AS discount, sum(second_discount_minor)::bigint AS discount2, sum(discounted_deals) AS discount_ord,
        sum(twice_discounted_deals) AS discount2_ord, max(highest_price_minor) AS max_price, max(categories) AS categories,
        sum(refunds) AS refund_ord, sum(refund_minor)::bigint AS refund_amount, sum(cart_adds) AS cart_add, sum(cart_removes) AS cart_remove,
        sum(favourites) AS favourite, sum(unfavourites) AS unfavourite, sum(items_clicked) AS click_item, sum(clicks) AS ipv,
        sum(dwell_seconds)::bigint AS dwell, sum(good_reviews) AS good_review
    FROM day
    GROUP BY owner_id, month
), told AS (
    SELECT owner_id, month, indicator, value, max(month) OVER (PARTITION BY owner_id, indicator) AS newest
    FROM of_month
    CROSS JOIN LATERAL (VALUES
        ('pay_amount', pay_amount), ('pay_ord', pay_ord), ('pay_qty', pay_qty), ('postage', postage), ('discount', discount),
        ('discount2', discount2), ('discount_ord', discount_ord), ('discount2_ord', discount2_ord), ('max_price', max_price),
        ('categories', categories), ('refund_ord', refund_ord), ('refund_amount', refund_amount), ('cart_add', cart_add),
        ('cart_remove', cart_remove), ('favourite', favourite), ('unfavourite', unfavourite), ('click_item', click_item), ('ipv', ipv),
        ('dwell', dwell), ('good_review', good_review)
    ) AS figure (indicator, value)
    WHERE value > 0
)
INSERT INTO summary_months (membership_id, indicator, newest, months)
SELECT
    owner_id, indicator, newest,
    ARRAY[
        max(value) FILTER (WHERE month = newest), coalesce(max(value) FILTER (WHERE month = newest - 1), 0),
        coalesce(max(value) FILTER (WHERE month = newest - 2), 0), coalesce(max(value) FILTER (WHERE month = newest - 3), 0),
        coalesce(max(value) FILTER (WHERE month = newest - 4), 0), coalesce(max(value) FILTER (WHERE month = newest - 5), 0),
        coalesce(max(value) FILTER (WHERE month = newest - 6), 0), coalesce(max(value) FILTER (WHERE month = newest - 7), 0),
        coalesce(max(value) FILTER (WHERE month = newest - 8), 0), coalesce(max(value) FILTER (WHERE month = newest - 9), 0),
        coalesce(max(value) FILTER (WHERE month = newest - 10), 0), coalesce(max(value) FILTER (WHERE month = newest - 11), 0),
        coalesce(max(value) FILTER (WHERE month = newest - 12), 0)
    ]
FROM told
GROUP BY owner_id, indicator, newest
