-- What became of the file's readable lines, and what they come to: pieces and exact amount (millionths), returns counted as negative.
SELECT
    CASE
        WHEN head.problem IN ('line', 'members') OR flaw.order_no IS NOT NULL THEN 'refused'
        WHEN head.problem <> '' THEN head.problem
        WHEN line.is_return AND line.role = 'p' THEN 'postage_returned'
        WHEN line.is_return THEN 'returned'
        WHEN line.role = 'p' THEN 'postage'
        WHEN line.role = 'c' THEN 'gift_cards'
        ELSE 'goods'
    END AS fate,
    count(*) AS lines,
    sum(CASE WHEN line.is_return THEN -line.quantity ELSE line.quantity END) AS pieces,
    sum(CASE WHEN line.is_return THEN -line.amount_micro ELSE line.amount_micro END) AS amount_micro
FROM activity_import_line AS line
JOIN activity_import_order AS head
    ON head.order_no = line.order_no AND head.store_code = line.store_code AND head.is_return = line.is_return
LEFT JOIN activity_import_flaw AS flaw
    ON flaw.order_no = line.order_no AND flaw.store_code = line.store_code AND flaw.is_return = line.is_return
WHERE line.role <> 'x'
GROUP BY 1
ORDER BY 1
