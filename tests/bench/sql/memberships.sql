-- Everybody belongs to the platform's programme and to that of each store they bought from, or of their home store.
INSERT INTO stores_membership (member_id, programme_id, member_no, joined_at, source, store_id, status)
SELECT member_id, programme_id, nextval('stores_member_no')::text, joined_at, 'first_contact', store_id, 'active'
FROM (
    SELECT bought.member_id, store.programme_id, store.id AS store_id, min(bought.placed_at) AS joined_at
    FROM activity_order AS bought
    JOIN stores_store AS store ON store.id = bought.store_id
    GROUP BY bought.member_id, store.programme_id, store.id
    UNION ALL
    SELECT member.id, store.programme_id, store.id, member.registered_at
    FROM members_member AS member
    JOIN stores_store AS store
        ON store.id = (%(store_ids)s::bigint[])[floor(exp(member.id * 48271 %% 65537 / 65537.0 * ln(%(stores)s + 1)))::integer]
    WHERE NOT EXISTS (SELECT FROM activity_order AS bought WHERE bought.member_id = member.id AND bought.store_id = store.id)
    UNION ALL
    SELECT member.id, programme.id, NULL, member.registered_at
    FROM members_member AS member
    JOIN stores_programme AS programme ON programme.kind = 'platform'
) AS wanted
ORDER BY member_id, programme_id
