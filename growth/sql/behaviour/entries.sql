-- Stage the entries of what wave %(wave)s of %(from_batch)s has earned, under %(batch)s: the rule's amount, or of a deleted review what its
-- own entry gave (GRW-07). A deletion whose review gave nothing stages nothing.
INSERT INTO growth_staged_entry (
    batch, item, membership_id, requested, reason, source_type, source_id, rule_id, reverses_id, details, effect_key, actor, occurred_at
)
SELECT
    %(batch)s, staged.item, staged.membership_id, coalesce(rule.amount, -given.requested), staged.reason, 'event', staged.event_id::text,
    coalesce(rule.id, given.rule_id), given.id, staged.details, staged.effect_key, %(actor)s, staged.occurred_at
FROM growth_staged_event AS staged
LEFT JOIN growth_growthrule AS rule ON rule.id = staged.rule_id
LEFT JOIN growth_growthentry AS given
    ON staged.reason = 'review_deleted' AND given.account_id = staged.membership_id
    AND given.effect_key = regexp_replace(staged.effect_key, ':deleted$', '')
WHERE staged.batch = %(from_batch)s AND staged.wave = %(wave)s AND staged.is_earned AND (rule.id IS NOT NULL OR given.id IS NOT NULL)
