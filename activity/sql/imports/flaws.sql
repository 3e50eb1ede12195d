-- The error report, by line: lines that cannot be read, orders that were refused, and the other lines of both, without which the
-- report could not be corrected and sent in again.
SELECT line, sku AS field, name AS reason, order_no AS "group"
FROM activity_import_line
WHERE role = 'x'
UNION ALL
SELECT
    line.line, coalesce(flaw.field, CASE head.problem WHEN 'members' THEN 'member' ELSE '' END),
    coalesce(flaw.reason, CASE head.problem WHEN 'members' THEN %(two_members)s ELSE %(other_line)s END), line.order_no
FROM activity_import_line AS line
JOIN activity_import_order AS head
    ON head.order_no = line.order_no AND head.store_code = line.store_code AND head.is_return = line.is_return
LEFT JOIN activity_import_flaw AS flaw
    ON flaw.order_no = line.order_no AND flaw.store_code = line.store_code AND flaw.is_return = line.is_return
WHERE line.role <> 'x' AND (head.problem IN ('line', 'members') OR flaw.order_no IS NOT NULL)
ORDER BY 1
