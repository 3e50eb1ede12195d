-- Of an entry's values those that name its cause to people: they go with it to the entries that follow from it.
CREATE FUNCTION points_named_cause(details jsonb) RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(jsonb_object_agg(said.key, said.value), '{}')
    FROM jsonb_each(details) AS said
    WHERE said.key IN ('store', 'order_no', 'after_sale_no', 'programme')
$$
