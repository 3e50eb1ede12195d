-- What hangs on the people: a proved phone each, a till card for every third, an address for two of three, a consent each.
WITH phones AS (
    INSERT INTO members_identity (member_id, provider, scope, external_id, verified_at, created_at)
    SELECT id, 'phone', '', phone, phone_verified_at, registered_at FROM members_member ORDER BY id
), cards AS (
    INSERT INTO members_identity (member_id, provider, scope, external_id, verified_at, created_at)
    SELECT id, 'pos_card', 's01', 'K' || lpad(id::text, 9, '0'), registered_at, registered_at FROM members_member WHERE id %% 3 = 0 ORDER BY id
), consents AS (
    INSERT INTO members_consent (member_id, purpose, policy_version, channel, given_at)
    SELECT id, 'policy', '1', 'app', registered_at FROM members_member ORDER BY id
)
INSERT INTO members_address (
    member_id, label, receiver, phone, country, province_code, city_code, district_code, street, is_default, last_used_at, created_at
)
SELECT id, '', name, phone, '', '440000', '440300', '440305', '科技路' || id %% 900 || '号', true, NULL, registered_at
FROM members_member
WHERE id %% 3 > 0
ORDER BY id
