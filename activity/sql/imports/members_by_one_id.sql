-- How many of the members that the file names by one_id are known. Reads members_member.
WITH named AS (
    SELECT DISTINCT member_key FROM activity_import_order WHERE problem = ''
)
SELECT count(member.id) AS known, count(*) - count(member.id) AS unknown
FROM named
LEFT JOIN members_member AS member ON member.one_id = named.member_key
