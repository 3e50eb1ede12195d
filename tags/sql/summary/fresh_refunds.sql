-- What was refunded on the days asked for. Reads activity.
INSERT INTO summary_fresh (membership_id, store_id, day_on, refunds, refund_minor)
SELECT who.membership_id, who.store_id, day.day_on, count(*), sum(refund.refund_minor)
FROM summary_who AS who
JOIN activity_aftersale AS refund ON refund.member_id = who.member_id AND refund.store_id = who.store_id AND refund.status = 'refunded'
CROSS JOIN LATERAL (SELECT (refund.settled_at AT TIME ZONE who.time_zone)::date AS day_on) AS day
LEFT JOIN summary_wanted AS wanted
    ON wanted.membership_id = who.membership_id AND wanted.store_id = who.store_id AND wanted.day_on = day.day_on
WHERE who.is_whole OR wanted.day_on IS NOT NULL
GROUP BY who.membership_id, who.store_id, day.day_on
ON CONFLICT (membership_id, day_on, store_id) DO UPDATE SET refunds = excluded.refunds, refund_minor = excluded.refund_minor
