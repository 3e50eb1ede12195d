-- Give the photo reviews of wave %(wave)s of batch %(batch)s the places still free among the first members of their product, in the order
-- of approval, ties by submission (GRW-06, ruling 17). Who finds none earns nothing, and is noted with the reason (ruling 4). Places are
-- never given back.
WITH asking AS MATERIALIZED (
    SELECT
        staged.ctid AS place_in_table, staged.item, staged.programme_id, staged.spu, staged.membership_id, staged.event_id, staged.reason,
        staged.occurred_at, rule.first_members,
        coalesce((
            SELECT max(taken.place) FROM growth_photoplace AS taken
            WHERE taken.programme_id = staged.programme_id AND taken.spu = staged.spu
        ), 0) + row_number() OVER (PARTITION BY staged.programme_id, staged.spu ORDER BY staged.item) AS place
    FROM growth_staged_event AS staged
    JOIN growth_growthrule AS rule ON rule.id = staged.rule_id AND rule.first_members IS NOT NULL
    WHERE staged.batch = %(batch)s AND staged.wave = %(wave)s AND staged.is_earned
), taken AS (
    INSERT INTO growth_photoplace (programme_id, spu, place, membership_id, event_id, taken_at)
    SELECT programme_id, spu, place, membership_id, event_id, occurred_at FROM asking WHERE place <= first_members ORDER BY item
), too_late AS (
    INSERT INTO core_effectskipped (effect_key, code, values, member_id, programme_id, occurred_at, booked_at)
    SELECT
        'growth:' || asking.membership_id || ':event:' || asking.event_id, 'places_taken',
        jsonb_build_object(
            'event_id', asking.event_id, 'membership_id', asking.membership_id, 'reason', asking.reason, 'spu', asking.spu,
            'first_members', asking.first_members
        ),
        membership.member_id, membership.programme_id, asking.occurred_at, %(booked_at)s
    FROM asking
    JOIN stores_membership AS membership ON membership.id = asking.membership_id
    WHERE asking.place > asking.first_members
    ORDER BY 1
    ON CONFLICT (effect_key) DO UPDATE SET code = EXCLUDED.code, booked_at = EXCLUDED.booked_at, settled_at = NULL
)
UPDATE growth_staged_event AS staged
SET is_earned = asking.place <= asking.first_members,
    details = staged.details || jsonb_build_object('place', asking.place)
FROM asking
WHERE staged.ctid = asking.place_in_table
