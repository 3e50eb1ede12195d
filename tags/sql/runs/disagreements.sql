-- Memberships whose automatic tags in tags_memberbits are others than their open rows by rule: how many there should be by the rows, how
-- many bits there are. Equal numbers can stand for other tags.
WITH held AS (
    SELECT row.membership_id, tag.slot FROM tags_membertag AS row JOIN tags_tag AS tag ON tag.id = row.tag_id
    WHERE row.source = 'rule' AND row.ended_at IS NULL
), remembered AS (
    SELECT bits.membership_id, ((said.place - 1) * 63 + bit)::integer AS slot
    FROM tags_memberbits AS bits
    CROSS JOIN LATERAL unnest(bits.words) WITH ORDINALITY AS said (word, place)
    CROSS JOIN LATERAL generate_series(0, 62) AS bit
    WHERE (said.word >> bit) & 1 = 1
)
SELECT coalesce(held.membership_id, remembered.membership_id) AS membership_id, count(held.slot) AS expected, count(remembered.slot) AS found
FROM held FULL JOIN remembered ON remembered.membership_id = held.membership_id AND remembered.slot = held.slot
GROUP BY 1
HAVING count(*) <> count(held.slot) OR count(*) <> count(remembered.slot)
ORDER BY 1
LIMIT %(limit)s
