-- Say of each staged after-sale of batch %(batch)s that is not written yet what is to be done with it (ruling 13): new, newer, replay, or
-- the code of a refusal. %(steps)s are the moves a status may make. Notes the order and its member. Reads activity_order,
-- activity_orderline, activity_aftersale, members_member. Writes only the staging table; a second run finds the same.
UPDATE activity_staged_after_sale AS staged
SET after_sale_id = known.id,
    was_status = known.status,
    order_id = bought.id,
    verdict = CASE
        WHEN given.member_id IS NOT NULL AND member.id IS NULL THEN 'member_not_found'
        WHEN bought.member_id <> given.member_id OR known.member_id <> coalesce(given.member_id, bought.member_id) THEN 'other_member'
        WHEN known.order_id <> bought.id OR (known.order_id IS NOT NULL AND bought.id IS NULL) THEN 'other_order'
        WHEN given.version < known.version THEN 'stale_version'
        WHEN given.version = known.version AND given.digest = known.digest THEN 'replay'
        WHEN given.version = known.version THEN 'version_conflict'
        WHEN NOT known.status || '>' || given.status = ANY(%(steps)s) THEN 'status_backwards'
        WHEN bought.id IS NOT NULL AND EXISTS (
            SELECT FROM activity_staged_after_sale_line AS named
            WHERE named.batch = given.batch AND named.item = given.item AND NOT EXISTS (
                SELECT FROM activity_orderline AS line WHERE line.order_id = bought.id AND line.line_no = named.line_no
            )
        ) THEN 'unknown_line'
        WHEN known.id IS NULL THEN 'new'
        ELSE 'newer'
    END
FROM activity_staged_after_sale AS given
LEFT JOIN activity_aftersale AS known ON known.after_sale_no = given.after_sale_no AND known.store_id = given.store_id
LEFT JOIN activity_order AS bought ON bought.order_no = given.order_no AND bought.store_id = given.store_id
LEFT JOIN members_member AS member ON member.id = given.member_id AND member.merged_into_id IS NULL
WHERE given.batch = %(batch)s
    AND (given.verdict <> 'new' OR given.after_sale_id IS NULL)
    AND staged.batch = given.batch AND staged.item = given.item
