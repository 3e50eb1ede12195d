-- What logins, reviews, photo reviews, shares and check-ins moved the growth value by from %(from_at)s until %(as_of)s, of memberships
-- of %(programme_id)s, deleted reviews taken off (GRW-11). Reads the ledger by its index growth_entry_of_activity.
INSERT INTO rfm_activity (membership_id, growth)
SELECT entry.account_id, sum(entry.applied)
FROM growth_growthentry AS entry
JOIN stores_membership AS membership ON membership.id = entry.account_id AND membership.programme_id = %(programme_id)s
WHERE entry.occurred_at >= %(from_at)s AND entry.occurred_at < %(as_of)s
    AND entry.reason IN ('login', 'review', 'photo_review', 'share', 'check_in', 'review_deleted')
GROUP BY entry.account_id
