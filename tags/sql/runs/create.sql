-- Tables of this session alone for judging tags. Emptied by the end of the transaction that filled them, so a kill leaves nothing.
-- tags_seen: notes and whose they are.  tags_judged: members of whom something differs, with the bits that come and go.
-- tags_flipped: the same, a row a member and tag.
CREATE TEMPORARY TABLE IF NOT EXISTS tags_seen (note_id bigint NOT NULL, membership_id bigint NOT NULL) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS tags_judged (
    membership_id bigint NOT NULL,
    on_words bigint[] NOT NULL,
    off_words bigint[] NOT NULL
) ON COMMIT DELETE ROWS;
CREATE TEMPORARY TABLE IF NOT EXISTS tags_flipped (
    membership_id bigint NOT NULL,
    tag_id bigint NOT NULL,
    is_on boolean NOT NULL,
    layer integer NOT NULL
) ON COMMIT DELETE ROWS;
CREATE INDEX IF NOT EXISTS tags_flipped_of_tag ON tags_flipped (tag_id)
