-- Take down the oldest %(limit)s notes. One that is committed later stays for the next time; the statements that follow see at least what
-- the notes taken here tell of (each statement reads anew).
INSERT INTO summary_note (id, member_id, store_id, day_on)
SELECT id, member_id, store_id, day_on FROM tags_daystale ORDER BY id LIMIT %(limit)s
