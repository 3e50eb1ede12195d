-- What one membership has at a moment in the unit of a basis.
SELECT growth_measured(%(basis)s, %(window_days)s::integer, %(membership_id)s, %(at)s) AS value
