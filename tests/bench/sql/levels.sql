-- The level of every membership by its growth value, since it joined: what publishing the scheme to nobody and joining later would leave.
INSERT INTO growth_memberlevel (membership_id, track, level_id, automatic_level_id, since)
SELECT membership.id, 'free', reached.level_id, reached.level_id, membership.joined_at
FROM stores_membership AS membership
JOIN growth_growthaccount AS account ON account.membership_id = membership.id
JOIN growth_levelscheme AS scheme ON scheme.programme_id = membership.programme_id AND scheme.track = 'free'
JOIN growth_schemeversion AS version ON version.scheme_id = scheme.id AND version.state = 'published'
CROSS JOIN LATERAL (
    SELECT terms.level_id
    FROM growth_levelterms AS terms
    WHERE terms.version_id = version.id AND terms.threshold <= account.balance
    ORDER BY terms.rank DESC
    LIMIT 1
) AS reached
ORDER BY membership.id
