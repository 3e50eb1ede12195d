-- What everybody in %(programme_id)s would hold after a cycle by the draft, from rfm_judged: the balance and what the draft asks for, never
-- below 0. Answers the sums of what is held today and of what would be held.
WITH filled AS (
    INSERT INTO growth_simulated_value (membership_id, value, value_then, value_before, scores)
    SELECT
        m.id, greatest(0, coalesce(a.balance, 0) + coalesce(j.requested, 0)), greatest(0, coalesce(a.balance, 0) + coalesce(j.requested, 0)),
        coalesce(a.balance, 0), j.r_score || '-' || j.f_score || '-' || j.m_score
    FROM stores_membership m
    LEFT JOIN growth_growthaccount a ON a.membership_id = m.id
    LEFT JOIN rfm_judged j ON j.membership_id = m.id
    WHERE m.programme_id = %(programme_id)s
    RETURNING value, value_before
)
SELECT
    count(*) AS members, count(*) FILTER (WHERE value <> value_before) AS differing, coalesce(sum(value_before), 0)::bigint AS before,
    coalesce(sum(value), 0)::bigint AS after
FROM filled
