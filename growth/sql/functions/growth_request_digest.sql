-- What an entry asks for, as a hash: the same effect key asked for with another digest is a conflict. Times and actors are not in it,
-- since a repetition comes later and maybe by other hands; nor are the values shown to people.
CREATE FUNCTION growth_request_digest(
    requested bigint, reason text, source_type text, source_id text, rfm_run_id bigint, reverses_id bigint, note text
) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT md5(
        requested::text || '|' || reason || '|' || source_type || '|' || source_id || '|' || coalesce(rfm_run_id::text, '') || '|'
        || coalesce(reverses_id::text, '') || '|' || note
    )
$$
