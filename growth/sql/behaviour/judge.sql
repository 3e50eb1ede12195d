-- Mark what of wave %(wave)s of batch %(batch)s earns growth value or takes some back: not given before, not twice in the wave, not by the
-- lowest level where the rule excludes it (GRW-02), within the cap of the local day (GRW-15). A day's cap counts what the ledger holds.
-- Rows are found again by their place in the table, since nobody analyses it.
WITH ranked AS MATERIALIZED (
    SELECT
        fresh.place_in_table, fresh.daily_cap,
        row_number() OVER (PARTITION BY fresh.membership_id, fresh.reason, fresh.local_on ORDER BY fresh.item) + fresh.had AS place
    FROM (
        SELECT DISTINCT ON (wave.membership_id, wave.effect_key)
            wave.ctid AS place_in_table, wave.item, wave.membership_id, wave.reason, wave.local_on, rule.daily_cap,
            CASE WHEN rule.daily_cap IS NULL THEN 0 ELSE (
                SELECT count(*)
                FROM growth_growthentry AS had
                WHERE had.account_id = wave.membership_id AND had.reason = wave.reason
                    AND had.reason IN ('login', 'review', 'photo_review', 'share', 'check_in', 'review_deleted')
                    AND had.occurred_at >= wave.local_on::timestamp AT TIME ZONE programme.time_zone
                    AND had.occurred_at < (wave.local_on + 1)::timestamp AT TIME ZONE programme.time_zone
            ) END AS had
        FROM growth_staged_event AS wave
        JOIN stores_programme AS programme ON programme.id = wave.programme_id
        LEFT JOIN growth_growthrule AS rule ON rule.id = wave.rule_id
        WHERE wave.batch = %(batch)s AND wave.wave = %(wave)s AND wave.skipped = ''
            AND NOT EXISTS (
                SELECT FROM growth_growthentry AS known WHERE known.account_id = wave.membership_id AND known.effect_key = wave.effect_key
            )
            AND (rule.excludes_lowest IS NOT TRUE OR EXISTS (
                SELECT FROM growth_levelterms AS terms
                JOIN growth_level AS level ON level.id = terms.level_id
                JOIN growth_schemeversion AS version ON version.id = terms.version_id AND version.state = 'published'
                JOIN growth_levelscheme AS scheme ON scheme.id = version.scheme_id
                WHERE scheme.programme_id = wave.programme_id AND scheme.track = 'free' AND terms.rank > 0
                    AND level.code = growth_free_level(wave.membership_id, wave.occurred_at)
            ))
        ORDER BY wave.membership_id, wave.effect_key, wave.item
    ) AS fresh
)
UPDATE growth_staged_event AS staged
SET is_earned = true
FROM ranked
WHERE staged.ctid = ranked.place_in_table AND (ranked.daily_cap IS NULL OR ranked.place <= ranked.daily_cap)
