"""One request a writing operation, for the OpenAPI document, docs/api.md and the Postman collection; the tests send them."""

from activity.api.examples import MEMBER

USAGE = {"usage_key": "dispatch:O2000", "channel": "app", "reference": "O2000"}
SUBSCRIPTION = {"member": MEMBER, "plan": "plus-year", "payment_no": "PAY-2000", "paid_at": "2024-05-20T09:40:00+08:00"}
