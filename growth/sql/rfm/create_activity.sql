-- Growth by activity in one run's month, kept for the whole run of this session, so that each chunk does not add the month up again.
DROP TABLE IF EXISTS pg_temp.rfm_activity;
CREATE TEMPORARY TABLE rfm_activity (membership_id bigint PRIMARY KEY, growth bigint NOT NULL)
