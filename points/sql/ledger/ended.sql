-- Accounts with points that have ended by %(now)s and nobody holds, in id order. %(is_live)s False: only those without live entries.
SELECT DISTINCT lot.account_id
FROM points_pointslot AS lot
JOIN points_pointsaccount AS account ON account.membership_id = lot.account_id
WHERE lot.is_open AND lot.ends_at <= %(now)s AND lot.remaining > lot.held AND (%(is_live)s OR NOT account.is_live)
ORDER BY lot.account_id
