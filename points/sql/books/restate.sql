-- Take back the days of the books that the entries %(entry_ids)s fall into or before: history was loaded into days that were closed. The
-- next run closes them again. Reads points and stores; deletes of points_liabilityday only; a second run finds nothing.
DELETE FROM points_liabilityday day
USING (
    SELECT m.programme_id, min((e.booked_at AT TIME ZONE p.time_zone)::date) AS first_on
    FROM points_pointsentry e
    JOIN stores_membership m ON m.id = e.account_id
    JOIN stores_programme p ON p.id = m.programme_id
    WHERE e.id = ANY(%(entry_ids)s)
    GROUP BY m.programme_id
) touched
WHERE day.programme_id = touched.programme_id AND day.day_on >= touched.first_on
