"""Every operation of the OpenAPI document, and a store with a row of everything: what the sweeps go through.

A sweep asks the document what there is, so a new operation cannot be forgotten: without a body here its tests fail.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from core.api import manual
from stores.models import Programme
from tests import keeping
from tests.api import bodies, campaigned, couponed, levelled, pointed, tagged
from tests.api.callers import BASE, Api, client_of
from tests.world import store as shop

READ_ONLY_POSTS = frozenset({"resolve_identity", "quote", "check_order_points"})


@dataclass(frozen=True)
class Swept:
    """One operation. path: below /api/v1, with {names}.  scope: the OAuth scope it needs."""

    operation_id: str
    method: str
    path: str
    scope: str
    declared: Mapping[str, Any]

    def __str__(self) -> str:
        return self.operation_id

    def header(self, name: str) -> Mapping[str, Any] | None:
        return next((said for said in self.declared.get("parameters", ()) if (said["in"], said["name"]) == ("header", name)), None)

    def statuses(self) -> set[int]:
        return {int(status) for status in self.declared["responses"]}


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document as it is served."""
    return manual.document()


@cache
def operations() -> tuple[Swept, ...]:
    return tuple(
        Swept(declared["operationId"], method.upper(), path.removeprefix(BASE), declared["security"][0]["oauth2"][0], declared)
        for path, methods in document()["paths"].items()
        for method, declared in methods.items()
    )


def creations() -> list[Swept]:
    """Operations that take an Idempotency-Key, found in the document."""
    return [operation for operation in operations() if operation.header("Idempotency-Key")]


@dataclass(frozen=True)
class Stocked:
    """A store with one of everything. phone: E.164 without +86, the member's.  path: by name of a path parameter.

    instead: by operation, for those that need a row of their own, since what another did to it cannot be undone.
    """

    api: Api
    one_id: str
    phone: str
    path: Mapping[str, Any]
    store: str
    instead: Mapping[str, Mapping[str, Any]]
    prefix: str

    def at(self, operation: Swept) -> str:
        """The operation's address, with this store's rows in it."""
        return operation.path.format(**{**self.path, **self.instead.get(operation.operation_id, {})})


def ours() -> Stocked:
    """Store S001 with one of everything, and nothing else in the database."""
    return keeping.once("ours", _ours)


def ours_and_theirs() -> tuple[Stocked, Stocked]:
    """The same, and store S002 with one of everything of another member."""
    return keeping.once("ours and theirs", lambda: (_ours(), stock(client_of(shop("S002")), store="S002", phone="13600136000", prefix="b")))


def _ours() -> Stocked:
    return stock(client_of(shop("S001")), store="S001", phone="13800138000", prefix="a")


def stock(api: Api, *, store: str, phone: str, prefix: str) -> Stocked:
    """Make a member with everything that hangs on one, through the API; levels and their benefits are there before."""
    levelled.levelled(Programme.objects.get(stores__code=store))
    made = _ok(api.post("/members", bodies.member(phone)))
    one_id = made["one_id"]
    at = f"/members/{one_id}"
    of = {"one_id": one_id}
    address = _ok(api.post(f"{at}/addresses", bodies.address(phone=phone)))
    child = _ok(api.post(f"{at}/children", {"birth_month": "2022-11", "gender": "male", "guardian_consent_at": bodies.AT}))
    _ok(api.post(f"{at}/consents", {"purpose": "marketing", "policy_version": "v1", "channel": "app"}))
    identity = _ok(
        api.post(f"{at}/identities", {"provider": "store_customer", "scope": store, "external_id": f"{prefix}-1", "verified_at": bodies.AT})
    )
    _ok(api.post("/orders", bodies.order(f"{prefix}-O1", of=of, receiver_phone=phone)))
    _ok(api.post("/after-sales", bodies.after_sale(f"{prefix}-AS1", order_no=f"{prefix}-O1")))
    _ok(api.post("/events", bodies.event(f"{prefix}-e1", of=of)))
    _ok(api.put(f"{at}/wallet", bodies.wallet()))
    levelled.grow(levelled.membership(store.lower(), one_id), 7200)
    within = f"/programmes/{store.lower()}"
    _ok(api.post(f"{within}{at}/benefits/priority_dispatch/usages", {"usage_key": f"{prefix}-U1"}))
    _ok(api.post(f"{within}/subscriptions", {"member": of, "plan": "plus-year", "payment_no": f"{prefix}-P1"}))
    pointed.pointed(Programme.objects.get(stores__code=store))
    points = f"{within}{at}/points"
    _ok(api.post(f"{points}/credits", {"points": 900, "reference": f"{prefix}-C1"}))
    holds = [_ok(api.post(f"{points}/holds", {"points": 5, "reference": f"{prefix}-H{number}"}))["id"] for number in (1, 2)]
    tagged.tagged(Programme.objects.get(stores__code=store))
    _ok(api.put(f"{within}{at}/tags/picky", {"reason": "三次要求换货"}))
    redemption = _ok(api.post(f"{within}/redemptions", {"member": of, "reward": "film", "reference": f"{prefix}-R1"}))
    given = {"member": of, "from_programme": store.lower(), "to_programme": "platform", "points": 10, "reference": f"{prefix}-X1"}
    exchange = _ok(api.post("/points/exchanges", given))
    couponed.couponed(Programme.objects.get(stores__code=store))
    campaigned.campaigned(Programme.objects.get(stores__code=store))
    coupons = [couponed.claim(api, within, of, f"{prefix}-K{number}") for number in range(6)]
    for number, coupon in enumerate(coupons[2:], start=2):
        _ok(api.post(f"{within}{at}/coupons/{coupon['id']}/reserve", couponed.goods(f"{prefix}-S{number}")))
    path = {
        "one_id": one_id,
        "address_id": address["id"],
        "child_id": child["id"],
        "identity_id": identity["id"],
        "purpose": "marketing",
        "store": store,
        "order_no": f"{prefix}-O1",
        "after_sale_no": f"{prefix}-AS1",
        "code": store.lower(),
        "benefit": "priority_dispatch",
        "number": 1,
        "hold_id": holds[0],
        "tag": "picky",
        "segment": "buyers",
        "redemption_id": redemption["id"],
        "exchange_id": exchange["id"],
        "template": "thirty",
        "campaign": "picked",
        "coupon_id": coupons[0]["id"],
        "coupon_code": coupons[1]["code"],
    }
    instead = {
        "release_points_hold": {"hold_id": holds[1]},
        "use_coupon": {"coupon_id": coupons[2]["id"]},
        "release_coupon": {"coupon_id": coupons[3]["id"]},
        "use_coupon_by_code": {"coupon_code": coupons[4]["code"]},
        "release_coupon_by_code": {"coupon_code": coupons[5]["code"]},
    }
    return Stocked(api, one_id, phone, path, store, instead, prefix)


def body_for(operation: Swept, of: Stocked) -> Any:
    """A good body of an operation that writes, about this store's member; None for one without a body."""
    member = {"one_id": of.one_id}
    known = {
        "create_member": bodies.member("13700137000"),
        "update_member": {"nickname": "小张"},
        "create_address": bodies.address(label="家"),
        "replace_address": bodies.address(label="公司"),
        "create_child": {"birth_month": "2021-01", "gender": "female", "guardian_consent_at": bodies.AT},
        "give_consent": {"purpose": "profiling", "policy_version": "v1", "channel": "app"},
        "link_identity": {"provider": "wechat_unionid", "external_id": f"union-{of.one_id}", "verified_at": bodies.AT},
        "set_preferences": {"switches": [{"channel": "sms", "message_type": "marketing", "is_on": True}]},
        "resolve_identity": {"provider": "phone", "external_id": of.phone},
        "push_orders": bodies.order("NEW-O1", of=member),
        "push_after_sales": bodies.after_sale("NEW-AS1", order_no=of.path["order_no"]),
        "push_events": bodies.event("new-e1", of=member),
        "use_benefit": {"usage_key": "new-U1", "channel": "app", "reference": "NEW-O1"},
        "record_subscription": {"member": member, "plan": "plus-year", "payment_no": "new-P1"},
        "quote": {"member": member, "currency": "CNY", "lines": [{"line_no": 1, "sku": "A", "quantity": 1, "unit_price_minor": 10000}]},
        "credit_points": {"points": 5, "reference": "new-C1", "note": "问卷"},
        "debit_points": {"points": 5, "reference": "new-D1", "note": "停车"},
        "reverse_points_entry": {"points": 1, "reference": "new-V1", "reason": "录入错误"},
        "hold_points": {"points": 5, "reference": "new-H1", "order_no": "NEW-O1"},
        "capture_points_hold": {"points": 2},
        "check_order_points": bodies.order("NEW-O2", of=member),
        "redeem_reward": {"member": member, "reward": "film", "reference": "new-R1"},
        "cancel_redemption": {"reason": "会员不想要了"},
        "exchange_points": {
            "member": member,
            "from_programme": of.path["code"],
            "to_programme": "platform",
            "points": 10,
            "reference": "new-X1",
        },
        "claim_coupon": {"member": member, "reference": "new-K1"},
        "reserve_coupon": couponed.goods("NEW-O3", minutes=20),
        "reserve_coupon_by_code": couponed.goods("NEW-O4"),
        "use_coupon": {"order_no": f"{of.prefix}-S2"},
        "use_coupon_by_code": {"order_no": f"{of.prefix}-S4"},
        "release_coupon": {"order_no": f"{of.prefix}-S3"},
        "release_coupon_by_code": {"order_no": f"{of.prefix}-S5"},
        "give_member_tag": {"reason": "三次要求换货"},
        "put_wallet": bodies.wallet(balance_minor=9990, as_of="2024-05-20T10:30:00+08:00"),
    }
    if "requestBody" not in operation.declared:
        return None
    assert operation.operation_id in known, f"say a good body for {operation.operation_id} in tests/api/sweep.py"
    return known[operation.operation_id]


def _ok(answer: Any) -> Any:
    assert answer.status_code in (200, 201), answer.json()
    return answer.json()
