-- %(members)s people with ids 1 .. n. Names by frequency, phones all different, their last digits spread evenly.
WITH drawn AS (
    SELECT
        i, i * 387420489 %% 100000000 AS number, random() AS nicknamed, random() AS mailed, random() AS long,
        1 + floor(random() * char_length(%(surnames)s))::integer AS surname,
        1 + floor(random() * char_length(%(given)s))::integer AS first,
        1 + floor(random() * char_length(%(given)s))::integer AS second
    FROM generate_series(1::bigint, %(members)s) AS i
)
INSERT INTO members_member (
    id, one_id, status, name, nickname, avatar_url, gender, birthday, phone, phone_verified_at, email, landline, province_code, city_code,
    district_code, country, occupation, marital_status, registered_at, register_channel, register_source, version,
    updated_at, is_synthetic
)
SELECT
    i, 'mem_' || md5('member ' || i), 'active',
    substr(%(surnames)s, surname, 1) || substr(%(given)s, first, 1) || CASE WHEN long < 0.8 THEN substr(%(given)s, second, 1) ELSE '' END,
    CASE WHEN nicknamed < 0.2 THEN substr(%(given)s, second, 1) || '宝宝' || i %% 1000 ELSE '' END,
    '', (ARRAY['female', 'male', 'unknown'])[1 + i %% 3], date '1960-01-01' + (i * 7919 %% 16000)::integer,
    '+86199' || lpad(number::text, 8, '0'), %(now)s::timestamptz - interval '3 years',
    CASE WHEN mailed < 0.3 THEN 'member' || i || '@example.com' ELSE '' END,
    '', '440000', '440300', '440305', '', '', 'unknown', %(now)s::timestamptz - interval '3 years' + i * (interval '1 year' / %(members)s),
    'app', '', 1, %(now)s::timestamptz - interval '3 years' + i * (interval '1 year' / %(members)s), true
FROM drawn
ORDER BY i
