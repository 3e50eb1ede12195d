-- What entries bring and take of points earned (A-28): earnings and bonuses, and what takes those back; where a level scheme of the
-- programme, drafted or published, counts them. %(entry_ids)s: of these; empty: all that have not been counted yet, the first %(limit)s
-- after %(after)s. Reads growth and stores.
SELECT entry.id, entry.account_id AS membership_id, entry.requested AS amount, entry.occurred_at
FROM points_pointsentry AS entry
JOIN stores_membership AS membership ON membership.id = entry.account_id
WHERE CASE WHEN %(entry_ids)s::bigint[] IS NULL THEN entry.id > %(after)s ELSE entry.id = ANY(%(entry_ids)s) END
    AND (entry.kind IN ('earn', 'bonus') OR (entry.kind = 'reverse' AND EXISTS (
        SELECT FROM points_pointsentry AS earned WHERE earned.id = entry.reverses_id AND earned.kind IN ('earn', 'bonus')
    )))
    AND points_counts_for_levels(membership.programme_id)
    AND (%(entry_ids)s::bigint[] IS NOT NULL OR NOT EXISTS (
        SELECT FROM growth_measure AS known
        WHERE known.membership_id = entry.account_id AND known.kind = 'points_earned' AND known.effect_key = 'points:' || entry.id
    ))
ORDER BY entry.id
LIMIT %(limit)s
