-- Who brought the newcomers %(membership_ids)s, and whether that was the same person under another name: somebody who is reached by the
-- same phone, proved or not (MKT-13). inviter_id: the inviter's membership of the same programme, empty where there is none.
-- Reads members and stores.
SELECT
    newcomer.id AS newcomer_id, newcomer.programme_id, person.id AS member_id, inviter.id AS inviter_member_id, host.id AS inviter_id,
    person.phone <> '' AND person.phone = inviter.phone AS is_self
FROM stores_membership AS newcomer
JOIN members_member AS person ON person.id = newcomer.member_id
JOIN members_member AS inviter ON inviter.id = person.inviter_id
LEFT JOIN stores_membership AS host ON host.member_id = inviter.id AND host.programme_id = newcomer.programme_id
WHERE newcomer.id = ANY(%(membership_ids)s)
ORDER BY newcomer.id
