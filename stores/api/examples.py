"""One request a writing operation, for the OpenAPI document, docs/api.md and the Postman collection; the tests send them."""

NEW_MEMBER = {
    "name": "张三",
    "channel": "mini_program",
    "source": "poster-7",
    "identities": [{"provider": "phone", "external_id": "13900139000", "verified_at": "2024-05-20T10:00:00+08:00"}],
    "consents": [{"purpose": "policy", "policy_version": "v1"}],
}
