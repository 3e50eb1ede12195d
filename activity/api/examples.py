"""One request a writing operation, for the OpenAPI document, docs/api.md and the Postman collection; the tests send them."""

MEMBER = {"provider": "phone", "external_id": "13900139000"}
ORDER = {
    "order_no": "O2000",
    "version": 1,
    "member": MEMBER,
    "status": "paid",
    "channel": "app",
    "currency": "CNY",
    "paid_minor": 85050,
    "placed_at": "2024-05-20T09:30:00+08:00",
    "paid_at": "2024-05-20T09:31:00+08:00",
    "receiver_name": "张三",
    "receiver_phone": "13900139000",
    "receiver_address": "广东省深圳市南山区科技园1号",
    "lines": [
        {
            "line_no": 1,
            "sku": "JKT-M",
            "spu": "JKT",
            "name": "外套",
            "category": "女装/外套",
            "attributes": {"size": "M"},
            "quantity": 1,
            "unit_price_minor": 75000,
            "paid_minor": 75000,
        },
        {"line_no": 2, "sku": "SCF-1", "name": "围巾", "quantity": 1, "unit_price_minor": 10050, "paid_minor": 10050},
    ],
}
AFTER_SALE = {
    "after_sale_no": "AS2000",
    "version": 1,
    "order_no": "O2000",
    "kind": "return",
    "status": "refunded",
    "currency": "CNY",
    "refund_minor": 10050,
    "reason": "不喜欢",
    "applied_at": "2024-05-21T09:00:00+08:00",
    "settled_at": "2024-05-21T10:00:00+08:00",
    "lines": [{"line_no": 2, "quantity": 1, "refund_minor": 10050}],
}
EVENT = {
    "items": [
        {
            "event_id": "e-1",
            "member": MEMBER,
            "kind": "enter",
            "channel": "app",
            "occurred_at": "2024-05-20T09:00:00+08:00",
            "entrance": "push",
        },
        {
            "event_id": "e-2",
            "member": MEMBER,
            "kind": "view",
            "channel": "app",
            "occurred_at": "2024-05-20T09:01:00+08:00",
            "spu": "JKT",
            "path": "/goods/JKT",
            "dwell_seconds": 40,
        },
    ]
}
WALLET = {"currency": "CNY", "balance_minor": 8880, "red_packet_minor": 880, "as_of": "2024-05-20T10:00:00+08:00"}
