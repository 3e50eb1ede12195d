-- When member %(member_id)s was given tags and when they ended, before %(before)s, the latest first, at most %(limit)s. Of each membership no
-- more are read than are wanted, from indexes in this order (tags_membertag_of_member, tags_membertag_ended).
-- %(programme_ids)s: what the caller reaches, NULL for everything. Reads stores' memberships and programmes.
WITH happened AS (
    SELECT found.at, found.id, found.is_end, membership.programme_id
    FROM stores_membership AS membership
    CROSS JOIN LATERAL (
        (
            SELECT held.started_at AS at, held.id, FALSE AS is_end
            FROM tags_membertag AS held
            WHERE held.membership_id = membership.id AND held.started_at < %(before)s
            ORDER BY held.started_at DESC, held.id DESC
            LIMIT %(limit)s
        )
        UNION ALL
        (
            SELECT held.ended_at, held.id, TRUE
            FROM tags_membertag AS held
            WHERE held.membership_id = membership.id AND held.ended_at < %(before)s
            ORDER BY held.ended_at DESC, held.id DESC
            LIMIT %(limit)s
        )
    ) AS found
    WHERE membership.member_id = %(member_id)s
        AND (%(programme_ids)s::bigint[] IS NULL OR membership.programme_id = ANY(%(programme_ids)s))
    ORDER BY found.at DESC, found.id DESC, found.is_end
    LIMIT %(limit)s
)
SELECT
    happened.at, happened.id, happened.is_end, tag.name, held.source, held.reason, held.end_reason, programme.name AS programme_name
FROM happened
JOIN tags_membertag AS held ON held.id = happened.id
JOIN tags_tag AS tag ON tag.id = held.tag_id
JOIN stores_programme AS programme ON programme.id = happened.programme_id
ORDER BY happened.at DESC, happened.id DESC, happened.is_end
