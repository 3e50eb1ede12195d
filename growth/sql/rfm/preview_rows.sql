-- The first %(limit)s memberships judged. Reads rfm_judged alone.
SELECT
    membership_id, r_days, f_count, m_minor, r_score, f_score, m_score, value_milli, rfm_class, customer_group, layer, level_id, rfm_unit,
    bought, requested, activity_growth, f_dropped
FROM rfm_judged
ORDER BY membership_id
LIMIT %(limit)s
