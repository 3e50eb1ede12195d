-- Whose months may have changed: the memberships whose days were reckoned, and those members' memberships of the platform. Reads stores.
INSERT INTO summary_touched (membership_id, member_id, is_platform)
SELECT DISTINCT membership.id, membership.member_id, programme.kind = 'platform'
FROM (SELECT DISTINCT member_id FROM summary_who) AS who
JOIN stores_membership AS membership ON membership.member_id = who.member_id
JOIN stores_programme AS programme ON programme.id = membership.programme_id
WHERE programme.kind = 'platform' OR membership.id IN (SELECT membership_id FROM summary_who)
