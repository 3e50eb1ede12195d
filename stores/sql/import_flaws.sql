-- The error report, by line.
SELECT line, field, reason, '' AS "group" FROM stores_import_person WHERE reason <> '' ORDER BY line
