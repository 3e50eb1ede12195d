-- The months of an indicator of one membership as derived variables read them: newest first, `length` of them, ending with the closed month
-- `asked` (year x 12 + month - 1). Empty before `known_from`, the first month of which anything is known (A-53, A-54); empty altogether
-- without one. Months for which tags_memberseries (`months`, from `newest` on backwards) holds nothing are 0.
CREATE FUNCTION tags_months(months bigint[], newest integer, asked integer, length integer, known_from integer) RETURNS bigint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ARRAY(
    SELECT CASE WHEN asked - back >= known_from THEN coalesce(months[newest - asked + back + 1], 0) END
    FROM generate_series(0, length - 1) AS back
    ORDER BY back
);
