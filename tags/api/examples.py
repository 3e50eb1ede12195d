"""One request a writing operation, for the OpenAPI document, docs/api.md and the Postman collection; the tests send them."""

TAGGING = {"reason": "三次要求换货"}
