-- Memberships of the versions in scope none of whose orders counts any more have no state.
DELETE FROM growth_rfmstate AS state
USING rfm_scope AS scope
WHERE state.version_id = scope.version_id
    AND NOT EXISTS (
        SELECT FROM rfm_fresh AS fresh WHERE fresh.version_id = state.version_id AND fresh.membership_id = state.membership_id
            AND fresh.last_on IS NOT NULL
    )
