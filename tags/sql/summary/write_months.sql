-- Write the months that differ.
MERGE INTO tags_memberseries AS series
USING summary_months AS fresh
ON series.membership_id = fresh.membership_id AND series.indicator = fresh.indicator
WHEN MATCHED AND (series.newest, series.months) IS DISTINCT FROM (fresh.newest, fresh.months)
    THEN UPDATE SET newest = fresh.newest, months = fresh.months
WHEN NOT MATCHED THEN INSERT (membership_id, indicator, newest, months)
    VALUES (fresh.membership_id, fresh.indicator, fresh.newest, fresh.months)
