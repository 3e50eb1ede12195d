-- Whether a level scheme of a programme, drafted or published, goes by points earned (A-28). Reads growth.
CREATE FUNCTION points_counts_for_levels(p_programme bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM growth_levelscheme AS scheme
        JOIN growth_schemeversion AS version ON version.scheme_id = scheme.id
        WHERE scheme.programme_id = p_programme AND version.basis = 'points_earned' AND version.state <> 'retired'
    )
$$
