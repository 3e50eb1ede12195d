-- What the members at the places %(ranks)s have, 1 the highest, of programme %(programme_id)s at %(at)s in the unit of %(basis)s.
-- Reads through growth_population; writes nothing.
WITH placed AS (
    SELECT value, row_number() OVER (ORDER BY value DESC) AS place
    FROM growth_population(%(basis)s, %(window_days)s, %(programme_id)s, %(at)s)
)
SELECT place, value FROM placed WHERE place = ANY(%(ranks)s)
