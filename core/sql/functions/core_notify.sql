-- Queue messages to members, in the order given, from a function of the app whose messages they are: as core.notices.queue, which says
-- what the values are. They are due at once; one whose key the member has had before is left out. One statement, however many they are.
CREATE FUNCTION core_notify(p_template text, p_notices core_told[], p_created_at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO core_notice (programme_id, member_id, template, values, cause, dedupe_key, state, created_at, due_at)
    SELECT
        told.programme_id, told.member_id, p_template, told.values, told.dedupe_key, told.dedupe_key, 'queued', p_created_at, p_created_at
    FROM unnest(p_notices) AS told
    ON CONFLICT DO NOTHING;
END $$
