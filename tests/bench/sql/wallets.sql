-- A balance on the platform for every fifth person, and for the two special ones.
INSERT INTO activity_walletbalance (
    membership_id, currency, balance_minor, red_packet_minor, recharge_total_minor, spent_total_minor, gift_total_minor, as_of, booked_at
)
SELECT membership.id, 'CNY', 8880, 880, 10000, 1120, 0, %(now)s, %(now)s
FROM stores_membership AS membership
JOIN stores_programme AS programme ON programme.id = membership.programme_id AND programme.kind = 'platform'
WHERE membership.member_id %% 5 = 0 OR membership.member_id IN (%(light)s, %(heavy)s)
ORDER BY membership.id
