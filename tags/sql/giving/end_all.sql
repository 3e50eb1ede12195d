-- End all open rows by hand of tag %(tag_id)s, which is retired. A second run finds none.
UPDATE tags_membertag
SET ended_at = greatest(%(at)s, started_at), ended_by = %(actor)s, end_reason = %(reason)s
WHERE tag_id = %(tag_id)s AND ended_at IS NULL AND source <> 'rule'
