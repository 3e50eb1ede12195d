-- What an entry asks for, as a hash: the same effect key asked for with another digest is a conflict. Times and actors are not in it,
-- since a repetition comes later and maybe by other hands; nor are lot terms, which follow from the time, nor values shown to people.
CREATE FUNCTION points_request_digest(line points_staged_entry) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT md5(
        line.requested::text || '|' || line.kind || '|' || line.source_type || '|' || line.source_id || '|'
        || coalesce(line.reverses_id::text, '') || '|' || coalesce(line.hold_id::text, '') || '|' || line.note
    )
$$
