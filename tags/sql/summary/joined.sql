-- In which month, as year x 12 + month - 1 of its programme's zone, each of these memberships began. Reads stores.
SELECT
    membership.id, membership.programme_id,
    (
        extract(year FROM membership.joined_at AT TIME ZONE programme.time_zone) * 12
        + extract(month FROM membership.joined_at AT TIME ZONE programme.time_zone) - 1
    )::integer AS month
FROM stores_membership AS membership
JOIN stores_programme AS programme ON programme.id = membership.programme_id
WHERE membership.id = ANY(%(membership_ids)s)
