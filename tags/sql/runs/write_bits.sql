-- Remember for the next run what tags_judged says. Only the bits that flipped are touched: an exclusion that takes one meanwhile counts.
-- A member who never had an automatic tag gets a row.
WITH changed AS (
    UPDATE tags_memberbits AS bits
    SET words = ARRAY(
        SELECT (coalesce(bits.words[place], 0) & ~coalesce(judged.off_words[place], 0)) | coalesce(judged.on_words[place], 0)
        FROM generate_series(1, greatest(cardinality(bits.words), cardinality(judged.on_words))) AS place
        ORDER BY place
    )
    FROM tags_judged AS judged
    WHERE bits.membership_id = judged.membership_id
    RETURNING bits.membership_id
)
INSERT INTO tags_memberbits (membership_id, words)
SELECT judged.membership_id, judged.on_words
FROM tags_judged AS judged
WHERE NOT EXISTS (SELECT FROM changed WHERE changed.membership_id = judged.membership_id)
ORDER BY judged.membership_id
