-- End the holds whose time is over, of at most p_limit memberships that nobody holds just now. Answers how many those are, and the entries
-- that followed. A second run finds what the first left.
CREATE FUNCTION points_time_out_holds(p_now timestamptz, p_limit integer, OUT accounts bigint, OUT also bigint[])
LANGUAGE plpgsql AS $$
DECLARE
    ids bigint[];
    account points_pointsaccount;
BEGIN
    SELECT coalesce(array_agg(free.id ORDER BY free.id), '{}') INTO ids
    FROM (
        SELECT membership.id FROM stores_membership AS membership
        WHERE membership.id IN (
            SELECT due.account_id FROM points_pointshold AS due WHERE due.state = 'active' AND due.expires_at <= p_now
        )
        ORDER BY membership.id
        LIMIT p_limit
        FOR NO KEY UPDATE SKIP LOCKED
    ) AS free;
    accounts := cardinality(ids);
    also := '{}';
    FOR account IN SELECT * FROM points_pointsaccount AS due WHERE due.membership_id = ANY(ids) ORDER BY due.membership_id LOOP
        PERFORM points_end_due_holds(account.membership_id, p_now, true);
        also := also || ARRAY(
            SELECT entry.id FROM points_pointsentry AS entry
            WHERE entry.account_id = account.membership_id AND entry.account_version > account.version
            ORDER BY entry.id
        );
    END LOOP;
END $$
