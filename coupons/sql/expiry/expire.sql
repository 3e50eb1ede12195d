-- Mark as expired the available coupons of %(membership_ids)s (held by the caller) whose end has passed at %(now)s. Answers their ids; a
-- second run finds none.
WITH ended AS (
    UPDATE coupons_coupon
    SET state = 'expired', ended_at = greatest(valid_until, grace_until)
    WHERE membership_id = ANY(%(membership_ids)s) AND state = 'available' AND valid_until <= %(now)s
        AND (grace_until IS NULL OR grace_until <= %(now)s)
    RETURNING id, membership_id, ended_at
), stepped AS (
    INSERT INTO coupons_couponstep (coupon_id, membership_id, state_from, state_to, cause, order_no, reason, actor, occurred_at, booked_at)
    SELECT id, membership_id, 'available', 'expired', 'expired', '', '', 'system', ended_at, %(now)s
    FROM ended
    ORDER BY id
)
SELECT id FROM ended ORDER BY id
