"""One request an operation with a body, for the OpenAPI document, docs/api.md and the Postman collection; the tests send them."""

from activity.api.examples import MEMBER

QUOTE = {
    "member": MEMBER,
    "channel": "app",
    "currency": "CNY",
    "lines": [
        {"line_no": 1, "sku": "JKT-M", "quantity": 1, "unit_price_minor": 10000},
        {"line_no": 2, "sku": "SCF-1", "quantity": 2, "unit_price_minor": 4950, "member_price_minor": 3980},
    ],
    "activity": {"name": "会员日", "rate": "0.95", "stackable": True},
    "postage_minor": 800,
    "points": 10,
}
CLAIM = {"member": MEMBER, "reference": "APP-7"}
RESERVE = {
    "order_no": "O2001",
    "lines": [{"line_no": 1, "sku": "NF03", "category": "母婴/奶粉", "quantity": 1, "pay_minor": 29900}],
    "minutes": 30,
}
USE = {"order_no": "O2001"}
USE_AT_TILL = {"order_no": "O2001", "lines": [{"line_no": 1, "sku": "NF03", "category": "母婴/奶粉", "quantity": 1, "pay_minor": 29900}]}
RELEASE = {"order_no": "O2001"}
