-- Tell what a posting did (points_tell).
SELECT points_tell(%(entry_ids)s::bigint[], %(booked_at)s, %(topic)s, %(template)s)
