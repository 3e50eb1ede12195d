-- A code nobody can guess: twelve of 32 letters and digits that are not mistaken for each other, 60 bits of strong chance.
-- Bytes 6 and 8 of a random UUID are not all chance and are left out. Unique by the table's constraint.
CREATE FUNCTION coupons_code() RETURNS text LANGUAGE sql VOLATILE AS $$
    SELECT string_agg(substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', (get_byte(random.bytes, place) & 31) + 1, 1), '' ORDER BY place)
    FROM (SELECT uuid_send(gen_random_uuid()) AS bytes OFFSET 0) AS random
    CROSS JOIN unnest(ARRAY[0, 1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14]) AS place
$$
