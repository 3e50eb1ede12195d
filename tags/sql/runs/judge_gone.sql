-- Members noted in tags_seen who have no facts any more (left, frozen, erased) have no automatic tags: all their bits go.
INSERT INTO tags_judged (membership_id, on_words, off_words)
SELECT bits.membership_id, ARRAY(SELECT 0::bigint FROM unnest(bits.words)), bits.words
FROM tags_memberbits AS bits
WHERE bits.membership_id IN (SELECT membership_id FROM tags_seen)
  AND NOT EXISTS (SELECT FROM tags_memberfact AS fact WHERE fact.membership_id = bits.membership_id)
  AND EXISTS (SELECT FROM unnest(bits.words) AS word WHERE word <> 0)
