-- Give the new orders of batch %(batch)s the after-sales that came before them (ruling 15). One that names another member stays apart.
-- Answers which of them are refunded, for the caller to settle. A second run finds none without an order.
WITH attached AS (
    UPDATE activity_aftersale AS waiting
    SET order_id = staged.order_id, member_id = staged.member_id
    FROM activity_staged_order AS staged
    WHERE staged.batch = %(batch)s AND staged.verdict = 'new'
        AND waiting.order_id IS NULL AND waiting.order_no = staged.order_no AND waiting.store_id = staged.store_id
        AND (waiting.member_id IS NULL OR waiting.member_id = staged.member_id)
    RETURNING waiting.id, waiting.status
)
SELECT id FROM attached WHERE status = 'refunded' ORDER BY id
