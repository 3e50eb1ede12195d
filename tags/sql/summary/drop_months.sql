-- Remove the months of those touched whose days tell nothing any more.
DELETE FROM tags_memberseries AS series
USING summary_touched AS touched
WHERE series.membership_id = touched.membership_id
    AND NOT EXISTS (
        SELECT 1 FROM summary_months AS fresh WHERE fresh.membership_id = series.membership_id AND fresh.indicator = series.indicator
    )
