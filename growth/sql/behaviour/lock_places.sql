-- Hold the products whose first photo reviews wave %(wave)s of batch %(batch)s asks places for, until the transaction ends, in one order
-- (advisory locks of class %(lock_class)s): approvals of one product come one after the other. Answers one row for each.
SELECT pg_advisory_xact_lock(%(lock_class)s, product.key)
FROM (
    SELECT DISTINCT hashtext(staged.programme_id || ':' || staged.spu) AS key
    FROM growth_staged_event AS staged
    JOIN growth_growthrule AS rule ON rule.id = staged.rule_id AND rule.first_members IS NOT NULL
    WHERE staged.batch = %(batch)s AND staged.wave = %(wave)s AND staged.is_earned
    ORDER BY 1
) AS product
