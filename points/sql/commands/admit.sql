-- Whether a membership may move points, and by which edition (points_admit). It is held until the transaction ends.
SELECT refusal, status, rules_id FROM points_admit(%(membership_id)s)
