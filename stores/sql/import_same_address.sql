-- Other members with the same name and street as these new ones (%(member_ids)s, %(names)s, %(addresses)s, parallel arrays): perhaps the
-- same people. Reads members_member and members_address.
SELECT given.member_id AS member_id, member.id AS other_id
FROM unnest(%(member_ids)s::bigint[], %(names)s::text[], %(addresses)s::text[]) AS given (member_id, name, address)
JOIN members_member AS member ON member.name = given.name AND member.id <> given.member_id AND member.merged_into_id IS NULL
JOIN members_address AS address ON address.member_id = member.id AND address.street = given.address
WHERE given.name <> '' AND given.address <> ''
GROUP BY 1, 2
ORDER BY 1, 2
