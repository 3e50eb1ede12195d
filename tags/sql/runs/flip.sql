-- The bits that come and go in tags_judged as a row a member and tag. tag_ids, slots: of all automatic tags of the programme.
INSERT INTO tags_flipped (membership_id, tag_id, is_on, layer)
SELECT judged.membership_id, tag.id, (judged.on_words[tag.word] & tag.bit) <> 0, %(layer)s
FROM tags_judged AS judged
JOIN (
    SELECT id, slot / 63 + 1 AS word, 1::bigint << (slot %% 63) AS bit FROM unnest(%(tag_ids)s::bigint[], %(slots)s::integer[]) AS said (id, slot)
) AS tag ON ((judged.on_words[tag.word] | judged.off_words[tag.word]) & tag.bit) <> 0
