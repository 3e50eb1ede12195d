-- The versions %(version_ids)s whose states are reckoned together: same zone, same window, same days. Reads stores_programme.
INSERT INTO rfm_scope (version_id, programme_id, is_platform)
SELECT version.id, programme.id, programme.kind = 'platform'
FROM growth_rfmversion AS version
JOIN stores_programme AS programme ON programme.id = version.programme_id
WHERE version.id = ANY(%(version_ids)s)
