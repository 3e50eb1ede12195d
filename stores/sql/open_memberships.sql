-- Open memberships of %(member_ids)s at %(store_ids)s (parallel arrays; 0 stands for no store): one in the store's programme, one in
-- the platform's. Reads stores_store and stores_programme. A membership that is there already is left alone, so a second run adds nothing.
-- Inserted in (member, programme) order, so that two runs over the same members wait for each other instead of locking up.
WITH contact AS (
    SELECT member_id, nullif(store_id, 0) AS store_id, min(joined_at) AS joined_at
    FROM unnest(%(member_ids)s::bigint[], %(store_ids)s::bigint[], %(joined_ats)s::timestamptz[]) AS given (member_id, store_id, joined_at)
    GROUP BY member_id, nullif(store_id, 0)
), wanted AS (
    SELECT DISTINCT ON (contact.member_id, programme.id)
        contact.member_id, programme.id AS programme_id, contact.joined_at, contact.store_id
    FROM contact
    LEFT JOIN stores_store AS store ON store.id = contact.store_id
    JOIN stores_programme AS programme ON programme.id = store.programme_id OR programme.kind = 'platform'
    ORDER BY contact.member_id, programme.id, contact.joined_at, contact.store_id
)
INSERT INTO stores_membership (member_id, programme_id, member_no, joined_at, source, store_id, status)
SELECT wanted.member_id, wanted.programme_id, nextval('stores_member_no')::text, wanted.joined_at, %(source)s, wanted.store_id, 'active'
FROM wanted
WHERE NOT EXISTS (
    SELECT FROM stores_membership AS known WHERE known.member_id = wanted.member_id AND known.programme_id = wanted.programme_id
)
ORDER BY wanted.member_id, wanted.programme_id
ON CONFLICT (member_id, programme_id) DO NOTHING
RETURNING id
