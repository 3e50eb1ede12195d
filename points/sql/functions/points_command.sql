-- Give a membership points by the edition that holds (p_requested above 0: one lot, which lives as that edition says), or take some
-- (below 0): admission, lock and posting in one round trip. refusal, status: as points_admit; then nothing else is answered.
-- verdict, available, also: as points_post_one. entry: what was posted, now or before. counts: whether it may count towards a level.
CREATE FUNCTION points_command(
    p_membership bigint, p_kind text, p_requested bigint, p_source_type text, p_source_id text, p_effect_key text, p_actor text,
    p_note text, p_occurred_at timestamptz, p_booked_at timestamptz,
    OUT refusal text, OUT status text, OUT verdict text, OUT available bigint, OUT also bigint[], OUT counts boolean,
    OUT entry points_pointsentry
) LANGUAGE plpgsql AS $$
DECLARE
    admitted record;
    line points_staged_entry;
BEGIN
    admitted := points_admit(p_membership);
    refusal := admitted.refusal;
    status := admitted.status;
    IF refusal <> '' THEN
        RETURN;
    END IF;
    line.membership_id := p_membership;
    line.kind := p_kind;
    line.requested := p_requested;
    line.source_type := p_source_type;
    line.source_id := p_source_id;
    line.rules_id := admitted.rules_id;
    line.rule := '';
    line.policy := '';
    line.details := '{}';
    line.note := p_note;
    line.effect_key := p_effect_key;
    line.actor := p_actor;
    line.occurred_at := p_occurred_at;
    IF p_requested > 0 THEN
        line.verb := 'earn';
        line.earned_at := p_occurred_at;
        line.available_from := points_available_from(p_occurred_at, admitted.pending_days, admitted.time_zone);
        line.ends_at := points_ends_at(p_occurred_at, admitted.lifetime_months, admitted.time_zone);
        counts := p_kind IN ('earn', 'bonus') AND points_counts_for_levels(admitted.programme_id);
    ELSE
        line.verb := 'spend';
        counts := false;
    END IF;
    line := points_post_one(line, p_booked_at, true);
    verdict := line.verdict;
    available := line.available;
    also := line.also;
    SELECT * INTO entry FROM points_pointsentry AS posted WHERE posted.id = line.entry_id;
END $$
