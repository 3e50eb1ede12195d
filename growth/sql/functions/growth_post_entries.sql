-- Post the entries of a JSON array (fields named like the columns of growth_staged_entry) by growth_post_staged: stages them, answers
-- what became of each in the order given, and leaves the staging table as it was. One round trip for a handful of entries.
CREATE FUNCTION growth_post_entries(p_entries jsonb, p_booked_at timestamptz, p_live boolean)
RETURNS TABLE (
    item bigint, verdict text, entry_id bigint, membership_id bigint, requested bigint, applied bigint, balance_after bigint, effect_key text
)
LANGUAGE plpgsql AS $$
DECLARE
    own_batch bigint := nextval('growth_batch');
BEGIN
    INSERT INTO growth_staged_entry (
        batch, item, membership_id, requested, apply_at_most, reason, source_type, source_id, rule_id, rfm_run_id, reverses_id, details,
        note, effect_key, actor, occurred_at
    )
    SELECT
        own_batch, given.place, one.membership_id, one.requested, one.apply_at_most, one.reason, one.source_type, one.source_id,
        one.rule_id, one.rfm_run_id, one.reverses_id, coalesce(one.details, '{}'), coalesce(one.note, ''), one.effect_key, one.actor,
        one.occurred_at
    FROM jsonb_array_elements(p_entries) WITH ORDINALITY AS given (value, place)
    CROSS JOIN LATERAL jsonb_to_record(given.value) AS one (
        membership_id bigint, requested bigint, apply_at_most bigint, reason text, source_type text, source_id text, rule_id bigint,
        rfm_run_id bigint, reverses_id bigint, details jsonb, note text, effect_key text, actor text, occurred_at timestamptz
    );
    PERFORM growth_post_staged(own_batch, p_booked_at, p_live);
    RETURN QUERY
    SELECT
        staged.item, staged.verdict, staged.entry_id, staged.membership_id, staged.requested, staged.applied, staged.balance_after,
        staged.effect_key
    FROM growth_staged_entry AS staged
    WHERE staged.batch = own_batch
    ORDER BY staged.item;
    DELETE FROM growth_staged_entry AS staged WHERE staged.batch = own_batch;
END $$
