-- Queue a message to a member, from a function of the app whose message it is: as core.notices.queue, which says what the values are.
-- It is due at once, and left out where the member has had one of this key.
CREATE FUNCTION core_notify(
    p_programme bigint, p_member bigint, p_template text, p_key text, p_values jsonb, p_created_at timestamptz
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO core_notice (programme_id, member_id, template, values, cause, dedupe_key, state, created_at, due_at)
    VALUES (p_programme, p_member, p_template, p_values, p_key, p_key, 'queued', p_created_at, p_created_at)
    ON CONFLICT DO NOTHING;
END $$
