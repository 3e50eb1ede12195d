-- How many of the members that the file names by identities of %(provider)s are known: the identity's scope is %(scope)s, or the line's
-- store for numbers that stores give out (%(is_given_by_store)s). Reads members_identity.
WITH named AS (
    SELECT DISTINCT
        member_key, CASE WHEN %(scope)s = '' AND %(is_given_by_store)s THEN store_code ELSE %(scope)s END AS scope
    FROM activity_import_order
    WHERE problem = ''
)
SELECT count(identity.id) AS known, count(*) - count(identity.id) AS unknown
FROM named
LEFT JOIN members_identity AS identity
    ON identity.provider = %(provider)s AND identity.scope = named.scope AND identity.external_id = named.member_key
    AND identity.verified_at IS NOT NULL
