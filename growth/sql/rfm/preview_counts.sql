-- The memberships judged, by cell. Reads rfm_judged alone.
SELECT
    r_score, f_score, m_score, rfm_class, customer_group, layer, count(*) AS members, count(*) FILTER (WHERE requested > 0) AS rises,
    count(*) FILTER (WHERE requested < 0) AS falls, sum(requested)::bigint AS requested
FROM rfm_judged
GROUP BY r_score, f_score, m_score, rfm_class, customer_group, layer
ORDER BY r_score, f_score, m_score
