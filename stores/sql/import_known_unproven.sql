-- Members of programme %(programme_id)s by unproven phone and name (%(phones)s and %(names)s, parallel arrays): people whom an earlier
-- import of the same list has made. Reads members_member.
SELECT given.place::integer AS place, min(member.id) AS member_id
FROM unnest(%(phones)s::text[], %(names)s::text[]) WITH ORDINALITY AS given (phone, name, place)
JOIN members_member AS member ON member.phone = given.phone AND member.name = given.name AND member.merged_into_id IS NULL
JOIN stores_membership AS membership ON membership.member_id = member.id AND membership.programme_id = %(programme_id)s
WHERE given.phone <> ''
GROUP BY given.place
