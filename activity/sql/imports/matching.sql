-- How far the returned goods found their purchases: lines whole, in part and not at all, and pieces.
SELECT
    count(*) FILTER (WHERE matched.pieces = line.quantity) AS lines_matched,
    count(*) FILTER (WHERE matched.pieces < line.quantity) AS lines_partly_matched,
    count(*) FILTER (WHERE matched.pieces IS NULL) AS lines_unmatched,
    coalesce(sum(matched.pieces), 0) AS pieces_matched,
    coalesce(sum(line.quantity - coalesce(matched.pieces, 0)), 0) AS pieces_unmatched
FROM activity_import_line AS line
JOIN activity_import_order AS head
    ON head.order_no = line.order_no AND head.store_code = line.store_code AND head.is_return = line.is_return AND head.problem = ''
LEFT JOIN (SELECT return_line, sum(quantity) AS pieces FROM activity_import_match GROUP BY return_line) AS matched
    ON matched.return_line = line.line
WHERE line.is_return AND line.role NOT IN ('p', 'x')
