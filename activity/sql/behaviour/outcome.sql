-- What became of each staged event of batch %(batch)s, in (occurred_at, event_id) order.
SELECT item, verdict, behaviour_id FROM activity_staged_event WHERE batch = %(batch)s ORDER BY occurred_at, source, event_id
