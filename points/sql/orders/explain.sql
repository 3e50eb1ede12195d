-- What the orders staged and reckoned under %(batch)s would give, one row for each membership whose programme has rules.
SELECT
    staged.order_id, staged.membership_id, membership.programme_id, staged.rules_id, rules.number AS version, staged.purchase, staged.bonus,
    staged.details, staged.skipped,
    points_available_from(staged.earned_at, rules.pending_days, staged.time_zone) AS available_from,
    points_ends_at(staged.earned_at, rules.lifetime_months, staged.time_zone) AS ends_at
FROM points_staged_order AS staged
JOIN points_pointsversion AS rules ON rules.id = staged.rules_id
JOIN stores_membership AS membership ON membership.id = staged.membership_id
WHERE staged.batch = %(batch)s
ORDER BY staged.item
