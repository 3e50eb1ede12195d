-- Stage under %(batch)s gifts of points: %(points)s for each of %(membership_ids)s, under its %(effect_keys)s, for the level %(level_ids)s
-- reached at %(due_ats)s. They live from %(booked_at)s on, when they are given, and can be spent at once. Left out is who cannot be given
-- any just now (gifts/problems.sql), and what has been given. Reads stores and members_member; the caller holds the memberships.
INSERT INTO points_staged_entry (
    batch, item, membership_id, verb, kind, requested, source_type, source_id, rules_id, rule, earned_at, available_from, ends_at,
    effect_key, actor, occurred_at
)
SELECT
    %(batch)s, due.item, due.membership_id, 'earn', 'gift', due.points, 'level', due.level_id::text, rules.id, 'level_gift',
    %(booked_at)s, %(booked_at)s, points_ends_at(%(booked_at)s, rules.lifetime_months, programme.time_zone), due.effect_key, %(actor)s,
    due.due_at
FROM unnest(
    %(membership_ids)s::bigint[], %(points)s::bigint[], %(effect_keys)s::text[], %(level_ids)s::bigint[], %(due_ats)s::timestamptz[]
) WITH ORDINALITY AS due (membership_id, points, effect_key, level_id, due_at, item)
JOIN stores_membership AS membership ON membership.id = due.membership_id AND membership.status = 'active'
JOIN members_member AS member ON member.id = membership.member_id AND member.status <> 'frozen'
JOIN stores_programme AS programme ON programme.id = membership.programme_id AND programme.points_on
JOIN points_pointsversion AS rules ON rules.programme_id = programme.id AND rules.state = 'published'
WHERE NOT EXISTS (
    SELECT FROM points_pointsentry AS known WHERE known.account_id = due.membership_id AND known.effect_key = due.effect_key
)
