-- Leave notes that facts must be reckoned anew (tags_note): these orders, or those of these after-sales, are completed and new or changed, on
-- the platform and in the order's store. Reads activity and stores.
SELECT tags_note(ARRAY(
    SELECT membership.id
    FROM (
        SELECT DISTINCT bought.member_id, store.programme_id
        FROM (
            SELECT unnest(%(order_ids)s::bigint[]) AS id
            UNION
            SELECT order_id FROM activity_aftersale WHERE id = ANY(%(after_sale_ids)s::bigint[])
        ) AS wanted
        CROSS JOIN LATERAL (SELECT member_id, store_id, status FROM activity_order WHERE id = wanted.id OFFSET 0) AS bought
        JOIN stores_store AS store ON store.id = bought.store_id
        WHERE bought.status = 'completed' AND (%(is_live)s OR EXISTS (SELECT FROM tags_factclock))
    ) AS told
    CROSS JOIN LATERAL (SELECT id, programme_id FROM stores_membership WHERE member_id = told.member_id OFFSET 0) AS membership
    JOIN stores_programme AS programme ON programme.id = membership.programme_id
    WHERE programme.kind = 'platform' OR programme.id = told.programme_id
), %(is_live)s)
