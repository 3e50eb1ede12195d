-- Put a figure that is watched since now into every row of the programme that has anything of it, under its id; the statement is put
-- together by tags/services/facts.py around the one that counts the basket (tags/sql/compile). Writes tags_memberfact; a second run writes
-- the same again.
UPDATE tags_memberfact AS fact
SET
    figures = fact.figures || jsonb_build_object({id}::text, jsonb_build_array({columns})),
    next_change_on = least(fact.next_change_on, DATE '1970-01-01' + (counted.first_day + {days}))
FROM ({counted}) AS counted
WHERE fact.programme_id = {programme} AND fact.member_id = counted.member_id
