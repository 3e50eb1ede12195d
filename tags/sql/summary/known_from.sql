-- The first month of which anything of a kind of fact is known, by programme and kind: of the platform by the first store that told of it.
-- Reads stores. Months as year x 12 + month - 1.
SELECT
    programme.id AS programme_id, source.family,
    (extract(year FROM min(source.first_on)) * 12 + extract(month FROM min(source.first_on)) - 1)::integer AS month
FROM stores_programme AS programme
JOIN stores_store AS store ON store.programme_id = programme.id OR programme.kind = 'platform'
JOIN tags_daysource AS source ON source.store_id = store.id
WHERE programme.id = ANY(%(programme_ids)s)
GROUP BY programme.id, source.family
