-- What the entries %(entry_ids)s of one posting did to each account, in the order in which accounts were first moved. kinds: of the
-- entries, each once, in posting order. store_ids: the stores of the programme. Reads points, members and stores.
SELECT
    moved.*, last.balance_after AS balance, last.debt_after AS debt, last.account_version AS version, m.member_id, m.programme_id,
    p.code AS programme, p.name AS programme_name, person.one_id,
    ARRAY(SELECT s.id FROM stores_store s WHERE s.programme_id = p.id ORDER BY s.id) AS store_ids
FROM (
    SELECT
        e.account_id AS membership_id, min(e.id) AS first_id, max(e.id) AS entry_id, sum(e.delta)::bigint AS change,
        (array_agg(e.kind ORDER BY e.id))[1] AS kind, array_agg(DISTINCT e.kind) AS kinds
    FROM points_pointsentry e
    WHERE e.id = ANY(%(entry_ids)s)
    GROUP BY e.account_id
) moved
JOIN LATERAL (
    SELECT e.balance_after, e.debt_after, e.account_version FROM points_pointsentry e
    WHERE e.account_id = moved.membership_id AND e.id = moved.entry_id
) last ON true
JOIN stores_membership m ON m.id = moved.membership_id
JOIN stores_programme p ON p.id = m.programme_id
JOIN members_member person ON person.id = m.member_id
ORDER BY moved.first_id
