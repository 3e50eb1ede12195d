-- Drop the lines of the newer after-sales of batch %(batch)s: their version brings its own.
DELETE FROM activity_aftersaleline AS line
USING activity_staged_after_sale AS staged
WHERE staged.batch = %(batch)s AND staged.verdict = 'newer' AND line.after_sale_id = staged.after_sale_id
