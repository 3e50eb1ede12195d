-- Where a simulation of this session keeps what everybody has, and what becomes of everybody. Temporary: all else it does is read-only.
-- value: at the first step; value_then: at the review; value_before, scores: where the draft changes them.
-- level_before: a level's id. Ranks are those of the version that decides, -1 for no level.
DROP TABLE IF EXISTS pg_temp.growth_simulated_value;
CREATE TEMPORARY TABLE growth_simulated_value (
    membership_id bigint NOT NULL,
    value bigint NOT NULL,
    value_then bigint NOT NULL,
    value_before bigint,
    scores text
);
DROP TABLE IF EXISTS pg_temp.growth_simulated;
CREATE TEMPORARY TABLE growth_simulated (
    membership_id bigint NOT NULL,
    level_before bigint,
    rank_before integer NOT NULL,
    is_mapped boolean NOT NULL,
    rank_published integer NOT NULL,
    rank_reviewed integer,
    happening text NOT NULL,
    value bigint NOT NULL,
    value_then bigint NOT NULL,
    value_before bigint,
    scores text
);
