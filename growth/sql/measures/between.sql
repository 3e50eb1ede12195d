-- How many members of programme %(programme_id)s reach each of the rising %(thresholds)s and not the next, at %(at)s, by rank from 0.
-- Reads through growth_population; writes nothing.
SELECT width_bucket(value, %(thresholds)s::bigint[]) - 1 AS rank, count(*) AS members
FROM growth_population(%(basis)s, %(window_days)s, %(programme_id)s, %(at)s)
GROUP BY 1
