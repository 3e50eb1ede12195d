-- Points given or taken by a command (points_command), with the whole entry.
SELECT refusal, status, verdict, available, also, counts, (entry).*
FROM points_command(
    %(membership_id)s, %(kind)s, %(requested)s, %(source_type)s, %(source_id)s, %(effect_key)s, %(actor)s, %(note)s, %(occurred_at)s,
    %(booked_at)s
)
