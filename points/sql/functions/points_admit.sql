-- Whether a membership may move points by a command (PTS-17, STO-10), which holds it from here on, and by which edition of the rules.
-- refusal: '' | 'not_a_member' | 'points_off' (no points, or no rules) | 'member_not_active' (status: of the person, or of the membership).
-- It is locked by one statement and read by the next: who waited sees what the other has done. Reads stores and members.
CREATE FUNCTION points_admit(
    p_membership bigint, OUT refusal text, OUT status text, OUT programme_id bigint, OUT time_zone text, OUT rules_id bigint,
    OUT lifetime_months integer, OUT pending_days integer
) LANGUAGE plpgsql AS $$
DECLARE
    found_one record;
BEGIN
    PERFORM FROM stores_membership AS membership WHERE membership.id = p_membership FOR NO KEY UPDATE;
    SELECT
        programme.id, programme.points_on, programme.time_zone, person.status AS of_person, membership.status AS of_membership,
        version.id AS rules_id, version.lifetime_months, version.pending_days
    INTO found_one
    FROM stores_membership AS membership
    JOIN stores_programme AS programme ON programme.id = membership.programme_id
    JOIN members_member AS person ON person.id = membership.member_id
    LEFT JOIN points_pointsversion AS version ON version.programme_id = programme.id AND version.state = 'published'
    WHERE membership.id = p_membership;

    refusal := CASE
        WHEN NOT FOUND THEN 'not_a_member'
        WHEN NOT found_one.points_on OR found_one.rules_id IS NULL THEN 'points_off'
        WHEN found_one.of_person <> 'active' OR found_one.of_membership <> 'active' THEN 'member_not_active'
        ELSE ''
    END;
    status := CASE WHEN found_one.of_person <> 'active' THEN found_one.of_person ELSE found_one.of_membership END;
    programme_id := found_one.id;
    time_zone := found_one.time_zone;
    rules_id := found_one.rules_id;
    lifetime_months := found_one.lifetime_months;
    pending_days := found_one.pending_days;
END $$
