-- Tell, in its transaction, what the entries p_entries of one posting did to each account, in the order in which accounts were first moved:
-- other programs (p_topic: store_ids are the stores of the programme, kinds those of the entries), and the member by a message (p_template),
-- unless the balance is what it was before. Reads points, members and stores.
CREATE FUNCTION points_tell(p_entries bigint[], p_booked_at timestamptz, p_topic text, p_template text) RETURNS void
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan  -- its few rows are found by their indexes: to plan anew each time costs more than to run it
SET enable_seqscan = off  -- the plan that is kept may have been made when the tables were small
AS $$
DECLARE
    messages core_outgoing[];
    notices core_told[];
BEGIN
    SELECT
        array_agg(
            ROW(
                person.one_id, ARRAY(SELECT store.id FROM stores_store AS store WHERE store.programme_id = programme.id ORDER BY store.id),
                jsonb_build_object(
                    'one_id', person.one_id, 'programme', programme.code, 'change', sums.change, 'balance', last.balance_after,
                    'debt', last.debt_after, 'kinds', sums.kinds, 'version', last.account_version
                )
            )::core_outgoing
            ORDER BY sums.first_id
        ),
        array_agg(
            ROW(
                programme.id, membership.member_id, 'points_entry:' || sums.last_id,
                jsonb_build_object(
                    'programme', programme.name, 'change', sums.change, 'kind', sums.kind, 'balance', last.balance_after,
                    'debt', last.debt_after
                )
            )::core_told
            ORDER BY sums.first_id
        ) FILTER (WHERE sums.change <> 0)
    INTO messages, notices
    FROM (
        SELECT
            entry.account_id, min(entry.id) AS first_id, max(entry.id) AS last_id, sum(entry.delta)::bigint AS change,
            (array_agg(entry.kind ORDER BY entry.id))[1] AS kind, array_agg(DISTINCT entry.kind) AS kinds
        FROM points_pointsentry AS entry
        WHERE entry.id = ANY(p_entries)
        GROUP BY entry.account_id
    ) AS sums
    -- each step finds its row by the one before (OFFSET 0): a plan that is kept may have been made when tables were small
    CROSS JOIN LATERAL (SELECT * FROM points_pointsentry WHERE id = sums.last_id OFFSET 0) AS last
    CROSS JOIN LATERAL (SELECT * FROM stores_membership WHERE id = sums.account_id OFFSET 0) AS membership
    JOIN stores_programme AS programme ON programme.id = membership.programme_id
    CROSS JOIN LATERAL (SELECT * FROM members_member WHERE id = membership.member_id OFFSET 0) AS person;

    PERFORM core_enqueue(p_topic, messages, p_booked_at, p_booked_at);
    IF notices IS NOT NULL THEN
        PERFORM core_notify(p_template, notices, p_booked_at);
    END IF;
END $$
