-- What a run found and did, by its snapshots.
SELECT
    count(*) AS members, count(*) FILTER (WHERE requested <> 0) AS entries, count(*) FILTER (WHERE applied > 0) AS risen,
    count(*) FILTER (WHERE applied < 0) AS fallen, coalesce(sum(requested), 0)::bigint AS requested,
    coalesce(sum(applied), 0)::bigint AS applied, count(*) FILTER (WHERE f_dropped) AS f_dropped
FROM growth_rfmsnapshot
WHERE run_id = %(run_id)s
