-- End the open rows of tag %(tag_id)s of memberships locked by the caller: those by hand, or the rule's (%(by_hand)s). Answers whose ended;
-- a second run finds none. Nothing ends before it began.
UPDATE tags_membertag
SET ended_at = greatest(%(at)s, started_at), ended_by = %(actor)s, end_reason = %(reason)s
WHERE tag_id = %(tag_id)s AND membership_id = ANY(%(membership_ids)s) AND ended_at IS NULL AND (source <> 'rule') = %(by_hand)s
RETURNING membership_id
