-- The key of an effect that follows from another: the cause's own and what it is.
CREATE FUNCTION points_derived_key(cause text, what text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN length(cause) + 1 + length(what) <= 120 THEN cause ELSE md5(cause) END || ':' || what
$$
