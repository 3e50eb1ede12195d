-- Who has left, is frozen or was erased has no facts: remove their rows, and leave notes that their tags are judged again.
WITH gone AS (
    DELETE FROM tags_memberfact AS fact USING facts_wanted AS wanted
    WHERE fact.membership_id = wanted.membership_id AND NOT wanted.is_active
    RETURNING fact.membership_id
)
INSERT INTO tags_tagdue (membership_id) SELECT membership_id FROM gone
