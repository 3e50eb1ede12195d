-- Keep what was found and what became of it: applied is what the ledger took of batch %(batch)s.
INSERT INTO growth_rfmsnapshot (
    run_id, membership_id, r_days, f_count, m_minor, r_score, f_score, m_score, value_milli, rfm_class, customer_group, layer, level_id,
    rfm_unit, bought, requested, applied, activity_growth, f_dropped
)
SELECT
    %(run_id)s, judged.membership_id, judged.r_days, judged.f_count, judged.m_minor, judged.r_score, judged.f_score, judged.m_score,
    judged.value_milli, judged.rfm_class, judged.customer_group, judged.layer, judged.level_id, judged.rfm_unit, judged.bought,
    judged.requested, coalesce(staged.applied, 0), judged.activity_growth, judged.f_dropped
FROM rfm_judged AS judged
LEFT JOIN growth_staged_entry AS staged ON staged.batch = %(batch)s AND staged.membership_id = judged.membership_id
ORDER BY judged.membership_id
