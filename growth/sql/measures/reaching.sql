-- How many members of programme %(programme_id)s reach %(threshold)s (inclusive) at %(at)s in the unit of %(basis)s, %(window_days)s back.
-- Reads through growth_population; writes nothing.
SELECT count(*) AS members FROM growth_population(%(basis)s, %(window_days)s, %(programme_id)s, %(at)s) WHERE value >= %(threshold)s
