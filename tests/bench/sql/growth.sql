-- An account and one opening entry for every membership: a growth value for every yuan paid in the last year, at the store or anywhere.
WITH bought AS (
    SELECT member_id, store_id, sum(settled_minor) / 100 AS growth
    FROM activity_order
    WHERE status = 'completed' AND completed_at > %(now)s::timestamptz - interval '365 days'
    GROUP BY member_id, store_id
), held AS (
    SELECT membership.id, membership.joined_at, coalesce(sum(bought.growth), 0)::bigint AS balance
    FROM stores_membership AS membership
    JOIN stores_programme AS programme ON programme.id = membership.programme_id
    LEFT JOIN stores_store AS store ON store.programme_id = programme.id OR programme.kind = 'platform'
    LEFT JOIN bought ON bought.member_id = membership.member_id AND bought.store_id = store.id
    GROUP BY membership.id
), accounts AS (
    INSERT INTO growth_growthaccount (membership_id, balance, version, is_live)
    SELECT id, balance, CASE WHEN balance > 0 THEN 1 ELSE 0 END, false FROM held ORDER BY id
)
INSERT INTO growth_growthentry (
    account_id, account_version, requested, applied, balance_after, reason, source_type, source_id, details, note, effect_key,
    request_digest, actor, occurred_at, booked_at
)
SELECT id, 1, balance, balance, balance, 'opening', 'bench', '1', '{}', '', 'opening', md5(balance::text), 'bench', joined_at, joined_at
FROM held
WHERE balance > 0
ORDER BY id
