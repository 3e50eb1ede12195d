-- The watched figures of the wanted memberships as of %(on)s, from the lines and events just read; only where there is something.
-- asked: %(baskets)s, a JSON list of {"id", "event", "by", "value", "days"}. A category is first matched against the few categories there
-- are, so that every line finds its baskets by equality. leaves_on: the first day on which one of the figures changes by time alone.
WITH asked AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(baskets)s::jsonb) AS asked (id bigint, event text, "by" text, value text, days integer)
), named AS MATERIALIZED (
    SELECT asked.id, asked.days, asked."by", asked.value FROM asked WHERE asked.event = '' AND asked."by" <> 'category'
    UNION ALL
    SELECT asked.id, asked.days, asked."by", told.category
    FROM asked
    JOIN (SELECT DISTINCT category FROM facts_line) AS told
        ON told.category = asked.value OR starts_with(told.category, asked.value || '/')
    WHERE asked.event = '' AND asked."by" = 'category'
), hit AS (
    SELECT named.id, named.days, line.* FROM named JOIN facts_line AS line ON line.category = named.value WHERE named."by" = 'category'
    UNION ALL
    SELECT named.id, named.days, line.* FROM named JOIN facts_line AS line ON line.brand = named.value WHERE named."by" = 'brand'
    UNION ALL
    SELECT named.id, named.days, line.* FROM named JOIN facts_line AS line ON line.spu = named.value WHERE named."by" = 'spu'
    UNION ALL
    SELECT named.id, named.days, line.* FROM named JOIN facts_line AS line ON line.sku = named.value WHERE named."by" = 'sku'
), bought AS (
    SELECT
        membership_id, id, min(day_on) + days AS leaves_on,
        jsonb_build_array(
            coalesce(sum(amount) FILTER (WHERE is_own), 0), coalesce(sum(quantity) FILTER (WHERE is_own), 0), sum(quantity),
            count(DISTINCT order_id), max(day_on) - DATE '1970-01-01', min(day_on) - DATE '1970-01-01'
        ) AS counted
    FROM hit
    WHERE day_on > %(on)s::date - days
    GROUP BY membership_id, id, days
), did AS (
    SELECT
        event.membership_id, asked.id, min(event.day_on) + asked.days AS leaves_on,
        jsonb_build_array(
            count(*), count(DISTINCT event.day_on), max(event.day_on) - DATE '1970-01-01', min(event.day_on) - DATE '1970-01-01'
        ) AS counted
    FROM asked
    JOIN facts_event AS event ON event.kind = asked.event AND event.day_on > %(on)s::date - asked.days
    WHERE CASE asked."by"
        WHEN '' THEN true
        WHEN 'category' THEN event.category = asked.value OR starts_with(event.category, asked.value || '/')
        WHEN 'spu' THEN event.spu = asked.value
        WHEN 'sku' THEN event.sku = asked.value
        ELSE event.path = asked.value
    END
    GROUP BY event.membership_id, asked.id, asked.days
)
INSERT INTO facts_figure (membership_id, figures, leaves_on)
SELECT membership_id, jsonb_object_agg(id::text, counted), min(leaves_on)
FROM (SELECT * FROM bought UNION ALL SELECT * FROM did) AS counted
GROUP BY membership_id
