-- Say of each staged wallet of batch %(batch)s what is to be done with it: the membership's row is locked by the caller. An older as_of
-- is stale; an equal one with the same amounts is a replay, with others a conflict.
UPDATE activity_staged_wallet AS staged
SET verdict = CASE
        WHEN known.id IS NULL THEN 'new'
        WHEN given.as_of < known.as_of THEN 'stale_version'
        WHEN given.as_of > known.as_of THEN 'newer'
        WHEN (given.currency, given.balance_minor, given.red_packet_minor, given.recharge_total_minor, given.spent_total_minor,
                given.gift_total_minor)
            = (known.currency, known.balance_minor, known.red_packet_minor, known.recharge_total_minor, known.spent_total_minor,
                known.gift_total_minor) THEN 'replay'
        ELSE 'version_conflict'
    END
FROM activity_staged_wallet AS given
LEFT JOIN activity_walletbalance AS known ON known.membership_id = given.membership_id
WHERE given.batch = %(batch)s AND staged.batch = given.batch AND staged.item = given.item
