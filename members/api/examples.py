"""One request a writing operation, for the OpenAPI document, docs/api.md and the Postman collection; the tests send them."""

MEMBER_CHANGES = {"nickname": "小张", "birthday": "1992-06-15"}
ADDRESS = {
    "label": "家",
    "receiver": "张三",
    "phone": "13900139000",
    "province_code": "440000",
    "city_code": "440300",
    "district_code": "440305",
    "street": "科技园1号",
    "is_default": True,
}
CHILD = {"birth_month": "2022-11", "gender": "male", "guardian_consent_at": "2024-05-20T10:00:00+08:00"}
CONSENT = {"purpose": "marketing", "policy_version": "v1", "channel": "mini_program"}
IDENTITY = {"provider": "wechat_unionid", "external_id": "union-1001", "verified_at": "2024-05-20T10:00:00+08:00"}
PREFERENCES = {"switches": [{"channel": "sms", "message_type": "marketing", "is_on": True}]}
RESOLVE = {"provider": "phone", "external_id": "13900139000"}
