-- Leave a note that facts must be reckoned anew, one a membership of a programme that has tags.
-- Nothing can be old before a programme's facts were first reckoned, but a live fact may be on its way while they are.
-- Reads stores. Run twice it leaves two notes, as good as one.
CREATE FUNCTION tags_note(p_memberships bigint[], p_live boolean) RETURNS void LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan  -- its rows are found by their indexes: to plan anew each time costs more than to run it
SET enable_seqscan = off  -- the plan that is kept may have been made when the tables were small
AS $$
BEGIN
    INSERT INTO tags_factstale (membership_id)
    SELECT membership.id
    FROM (SELECT DISTINCT unnest(p_memberships) AS id) AS told
    CROSS JOIN LATERAL (SELECT id, programme_id FROM stores_membership WHERE id = told.id OFFSET 0) AS membership
    JOIN stores_programme AS programme ON programme.id = membership.programme_id AND programme.tags_on
    WHERE p_live OR EXISTS (SELECT FROM tags_factclock WHERE programme_id = programme.id);
END $$
