-- Write the wallets of batch %(batch)s judged new or newer.
INSERT INTO activity_walletbalance (
    membership_id, currency, balance_minor, red_packet_minor, recharge_total_minor, spent_total_minor, gift_total_minor, as_of, booked_at
)
SELECT
    membership_id, currency, balance_minor, red_packet_minor, recharge_total_minor, spent_total_minor, gift_total_minor, as_of, %(booked_at)s
FROM activity_staged_wallet
WHERE batch = %(batch)s AND verdict IN ('new', 'newer')
ORDER BY membership_id
ON CONFLICT (membership_id) DO UPDATE SET
    currency = EXCLUDED.currency, balance_minor = EXCLUDED.balance_minor, red_packet_minor = EXCLUDED.red_packet_minor,
    recharge_total_minor = EXCLUDED.recharge_total_minor, spent_total_minor = EXCLUDED.spent_total_minor,
    gift_total_minor = EXCLUDED.gift_total_minor, as_of = EXCLUDED.as_of, booked_at = EXCLUDED.booked_at
