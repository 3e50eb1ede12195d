-- Drop the lines that newer orders of batch %(batch)s no longer have.
DELETE FROM activity_orderline AS line
USING activity_staged_order AS staged
WHERE staged.batch = %(batch)s AND staged.verdict = 'newer' AND line.order_id = staged.order_id
    AND NOT EXISTS (
        SELECT FROM activity_staged_order_line AS kept
        WHERE kept.batch = staged.batch AND kept.item = staged.item AND kept.line_no = line.line_no
    )
