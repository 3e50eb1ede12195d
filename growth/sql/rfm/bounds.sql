-- The membership ids at which the chunks of %(size)s active memberships after %(position)s end, and how many there are in all.
WITH numbered AS (
    SELECT id, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS total
    FROM stores_membership
    WHERE programme_id = %(programme_id)s AND status = 'active' AND joined_at < %(as_of)s AND id > %(position)s
)
SELECT id, place FROM numbered WHERE place %% %(size)s = 0 OR place = total ORDER BY id
