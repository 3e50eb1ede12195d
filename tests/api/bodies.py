"""Bodies that are good as they are; tests change one thing in them."""

from typing import Any

PHONE = "13800138000"
AT = "2024-05-20T10:00:00+08:00"


def phone(number: str = PHONE, *, verified: bool = True) -> dict[str, Any]:
    return {"provider": "phone", "external_id": number, **({"verified_at": AT} if verified else {})}


def member(number: str = PHONE, *, verified: bool = True, **more: Any) -> dict[str, Any]:
    return {
        "name": "张三",
        "channel": "app",
        "identities": [phone(number, verified=verified)],
        "consents": [{"purpose": "policy", "policy_version": "v1"}],
        **more,
    }


def order(number: str = "O1", *, of: Any = None, **more: Any) -> dict[str, Any]:
    """¥299.90 for one jacket, paid."""
    return {
        "order_no": number,
        "version": 1,
        "member": of or {"provider": "phone", "external_id": PHONE},
        "status": "paid",
        "channel": "app",
        "currency": "CNY",
        "paid_minor": 29990,
        "placed_at": "2024-05-01T10:00:00+08:00",
        "paid_at": "2024-05-01T10:01:00+08:00",
        "receiver_name": "张三",
        "receiver_phone": "13800138000",
        "receiver_address": "科技园1号",
        "lines": [
            {
                "line_no": 1,
                "sku": "JKT-M",
                "name": "外套",
                "brand": "A品牌",
                "category": "女装/外套",
                "quantity": 1,
                "unit_price_minor": 29990,
                "paid_minor": 29990,
            }
        ],
        **more,
    }


def after_sale(number: str = "AS1", *, order_no: str = "O1", **more: Any) -> dict[str, Any]:
    """¥59.00 of line 1, refunded."""
    return {
        "after_sale_no": number,
        "version": 1,
        "order_no": order_no,
        "kind": "refund",
        "status": "refunded",
        "currency": "CNY",
        "refund_minor": 5900,
        "reason": "不喜欢",
        "applied_at": "2024-05-20T09:00:00+08:00",
        "settled_at": "2024-05-20T09:30:00+08:00",
        "lines": [{"line_no": 1, "refund_minor": 5900}],
        **more,
    }


def event(number: str = "e1", *, of: Any = None, **more: Any) -> dict[str, Any]:
    return {
        "event_id": number,
        "member": of or {"provider": "phone", "external_id": PHONE},
        "kind": "view",
        "channel": "app",
        "occurred_at": "2024-05-20T09:00:00+08:00",
        "spu": "JKT",
        "path": "/goods/JKT",
        "dwell_seconds": 40,
        **more,
    }


def wallet(**more: Any) -> dict[str, Any]:
    return {"currency": "CNY", "balance_minor": 8880, "red_packet_minor": 880, "as_of": AT, **more}


def address(**more: Any) -> dict[str, Any]:
    return {
        "receiver": "张三",
        "phone": "13800138000",
        "province_code": "440000",
        "city_code": "440300",
        "district_code": "440305",
        "street": "科技园1号",
        **more,
    }
