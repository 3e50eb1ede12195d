-- Refuse the later ones of lines that name the same person by a proven identity (phones count while %(phones_verified)s), or else by the
-- same phone and name. A second run finds them refused already.
WITH named AS (
    SELECT line, 'phone' AS field, phone || CASE WHEN %(phones_verified)s THEN '' ELSE chr(31) || name END AS value
    FROM stores_import_person WHERE phone <> '' AND reason = ''
    UNION ALL
    SELECT line, 'unionid', unionid FROM stores_import_person WHERE unionid <> '' AND reason = ''
    UNION ALL
    SELECT line, 'card_no', card_no FROM stores_import_person WHERE card_no <> '' AND reason = ''
    UNION ALL
    SELECT line, 'customer_no', customer_no FROM stores_import_person WHERE customer_no <> '' AND reason = ''
), ranked AS (
    SELECT line, field, first_value(line) OVER (PARTITION BY field, value ORDER BY line) AS first_line FROM named
), twins AS (
    SELECT line, min(field) AS field, min(first_line) AS first_line FROM ranked WHERE line <> first_line GROUP BY line
)
UPDATE stores_import_person AS person
SET field = twins.field, reason = replace(%(reason)s, '{line}', twins.first_line::text)
FROM twins
WHERE person.line = twins.line
