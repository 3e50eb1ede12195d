-- What everybody in %(programme_id)s has in the unit of a basis at %(at)s and, where a review is named, at %(review_at)s.
INSERT INTO growth_simulated_value (membership_id, value, value_then)
SELECT now.membership_id, now.value, coalesce(later.value, now.value)
FROM growth_population(%(basis)s, %(window_days)s, %(programme_id)s, %(at)s) AS now
LEFT JOIN growth_population(%(basis)s, %(window_days)s, %(programme_id)s, %(review_at)s) AS later
    ON %(basis)s <> 'growth' AND %(review_at)s::timestamptz IS NOT NULL AND later.membership_id = now.membership_id
