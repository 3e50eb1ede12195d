-- What became of each staged wallet of batch %(batch)s.
SELECT staged.item, staged.verdict, staged.membership_id, known.id AS wallet_id, known.as_of AS known_as_of
FROM activity_staged_wallet AS staged
LEFT JOIN activity_walletbalance AS known ON known.membership_id = staged.membership_id
WHERE staged.batch = %(batch)s
ORDER BY staged.membership_id
