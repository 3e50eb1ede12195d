"""R09: two stores with full data, every operation, every wrong caller. Foreign and missing answer alike; nothing changes."""

from typing import Any

import pytest
from django.apps import apps

from stores.enums import ClientScope
from stores.models import ApiClient
from tests.api import bodies, sweep
from tests.api.callers import Api, client_of, token_of
from tests.api.sweep import Stocked, Swept, body_for
from tests.world import store

pytestmark = pytest.mark.django_db
MISSING = {
    "one_id": "mem_00000000000000000000000000000000",
    "address_id": 999999,
    "child_id": 999999,
    "identity_id": 999999,
    "purpose": "external_data",
    "store": "NOWHERE",
    "order_no": "NOTHING",
    "after_sale_no": "NOTHING",
    "code": "nowhere",
    "campaign": "nowhere",
    "benefit": "nothing",
    "number": 999999,
    "hold_id": 999999,
    "redemption_id": 999999,
    "exchange_id": 999999,
    "template": "nothing",
    "coupon_id": 999999,
    "coupon_code": "000000000000",
    "tag": "nothing",
    "segment": "nothing",
}
NOT_CONTENT = {"AccessLog", "IdempotencyRecord", "CallCount"}


@pytest.fixture
def ours(ours_and_theirs: tuple[Stocked, Stocked]) -> Stocked:
    return ours_and_theirs[0]


@pytest.fixture
def theirs(ours_and_theirs: tuple[Stocked, Stocked]) -> Stocked:
    return ours_and_theirs[1]


def contents() -> dict[str, Any]:
    """Every row of every table of ours."""
    models = [
        model
        for app in ("members", "stores", "activity", "growth", "points", "coupons", "tags", "engagement", "core")
        for model in apps.get_app_config(app).get_models()
    ]
    return {model._meta.label: sorted(map(str, model._default_manager.values())) for model in models if model.__name__ not in NOT_CONTENT}


def told(answer: Any) -> tuple[int, Any]:
    """Status and body without the request's own id."""
    if not answer.content:
        return answer.status_code, None
    return answer.status_code, {name: value for name, value in answer.json().items() if name != "request_id"}


def with_path() -> list[Swept]:
    return [operation for operation in sweep.operations() if "{" in operation.path]


def test_every_name_in_a_path_is_tried_with_a_missing_value() -> None:
    names = {said["name"] for op in sweep.operations() for said in op.declared.get("parameters", ()) if said["in"] == "path"}
    assert names == set(MISSING)


def test_foreign_rows_are_missing_rows(subtests: pytest.Subtests, ours: Stocked, theirs: Stocked) -> None:
    before = contents()
    for operation in with_path():
        with subtests.test(operation=str(operation)):
            body = body_for(operation, ours)
            missing = told(theirs.api.send(operation.method, operation.path.format(**MISSING), body))
            foreign = told(theirs.api.send(operation.method, ours.at(operation), body))
            assert missing[0] == 404, missing
            assert foreign == missing
    assert contents() == before


def test_foreign_parts_of_ones_own_member_are_missing(subtests: pytest.Subtests, ours: Stocked, theirs: Stocked) -> None:
    before = contents()
    for operation in with_path():
        for name in (
            "address_id",
            "child_id",
            "identity_id",
            "order_no",
            "after_sale_no",
            "code",
            "one_id",
            "store",
            "hold_id",
            "redemption_id",
            "coupon_id",
        ):
            if f"{{{name}}}" not in operation.path or operation.path.count("{") == 1:
                continue
            with subtests.test(operation=str(operation), name=name):
                mixed = operation.path.format(**{**theirs.path, name: ours.path[name]})
                missing = operation.path.format(**{**theirs.path, name: MISSING[name]})
                body = body_for(operation, theirs)
                answers = [told(theirs.api.send(operation.method, path, body)) for path in (mixed, missing)]
                assert answers[0][0] == 404, answers[0]
                assert answers[0] == answers[1]
    assert contents() == before


def test_lists_hold_nothing_of_another_store(subtests: pytest.Subtests, ours: Stocked, theirs: Stocked) -> None:
    lists = [op for op in sweep.operations() if op.method == "GET" and "{" not in op.path]
    assert {op.operation_id for op in lists} >= {"list_members", "list_orders", "list_after_sales", "list_events", "list_stores"}
    for operation in lists:
        with subtests.test(operation=str(operation)):
            answer = theirs.api.get(operation.path)
            assert answer.status_code == 200
            said = answer.content.decode()
            for secret in (ours.one_id, ours.phone, ours.phone[-4:], '"S001"', '"s001"', "a-O1", "a-AS1", "a-e1"):
                assert secret not in said


@pytest.mark.parametrize(
    ("path", "foreign", "missing"),
    [
        ("/orders?store={}", "S001", "NOWHERE"),
        ("/after-sales?store={}", "S001", "NOWHERE"),
        ("/events?store={}", "S001", "NOWHERE"),
        ("/orders?member={}", "one_id", MISSING["one_id"]),
        ("/events?member={}", "one_id", MISSING["one_id"]),
        ("/members?programme={}", "s001", "nowhere"),
        ("/members/{own}/summary?programme={}", "s001", "nowhere"),
        ("/members/{own}/wallet?programme={}", "s001", "nowhere"),
        ("/programmes/s002/subscriptions?member={}", "one_id", MISSING["one_id"]),
        ("/programmes/s002/redemptions?member={}", "one_id", MISSING["one_id"]),
        ("/points/exchanges?member={}", "one_id", MISSING["one_id"]),
        ("/programmes/s002/members/{own}/benefits?store={}", "S001", "NOWHERE"),
    ],
)
def test_filters_by_foreign_names_answer_as_by_missing_ones(ours: Stocked, theirs: Stocked, path: str, foreign: str, missing: str) -> None:
    path = path.replace("{own}", theirs.one_id)
    answers = [told(theirs.api.get(path.format(name))) for name in (ours.one_id if foreign == "one_id" else foreign, missing)]
    assert answers[0][0] == 404
    assert answers[0] == answers[1]


def test_bodies_that_name_foreign_rows_are_refused_as_missing(ours: Stocked, theirs: Stocked) -> None:
    before = contents()
    foreign, missing = {"one_id": ours.one_id}, {"one_id": MISSING["one_id"]}
    asked = [
        ("POST", "/orders", bodies.order(of=foreign), bodies.order(of=missing)),
        (
            "POST",
            "/orders",
            bodies.order(of={"one_id": theirs.one_id}, store="S001"),
            bodies.order(of={"one_id": theirs.one_id}, store="NOWHERE"),
        ),
        ("POST", "/after-sales", bodies.after_sale(member=foreign), bodies.after_sale(member=missing)),
        ("POST", "/events", bodies.event(of=foreign), bodies.event(of=missing)),
        ("PUT", f"/members/{theirs.one_id}/wallet", bodies.wallet(store="S001"), bodies.wallet(store="NOWHERE")),
        ("POST", "/members", bodies.member("13500135000", inviter=ours.one_id), bodies.member("13500135000", inviter=MISSING["one_id"])),
        ("POST", "/members", bodies.member("13500135000", store="S001"), bodies.member("13500135000", store="NOWHERE")),
        (
            "POST",
            "/identities/resolve",
            {"provider": "phone", "external_id": ours.phone},
            {"provider": "phone", "external_id": "13911112222"},
        ),
        (
            "POST",
            "/identities/resolve",
            {"provider": "store_customer", "scope": "S001", "external_id": "a-1"},
            {"provider": "store_customer", "scope": "S001", "external_id": "a-9"},
        ),
    ]
    for method, path, with_foreign, with_missing in asked:
        answers = [told(theirs.api.send(method, path, body)) for body in (with_foreign, with_missing)]
        assert answers[0][0] == 404, (path, answers[0])
        assert answers[0] == answers[1], path
    batch = theirs.api.post("/orders", {"items": [bodies.order("X1", of=foreign), bodies.order("X2", of=missing)]}).json()
    assert [(item["status"], item["problem"]["code"]) for item in batch["items"]] == [(404, "member_not_found")] * 2
    assert contents() == before


def test_an_after_sale_of_a_foreign_order_touches_nothing_of_it(ours: Stocked, theirs: Stocked) -> None:
    before = ours.api.get("/orders/S001/a-O1").json()
    pushed = theirs.api.post("/after-sales", bodies.after_sale("b-AS9", order_no="a-O1"))
    assert pushed.status_code == 201  # an order of that number may still come to their own store
    assert theirs.api.get("/after-sales/S002/b-AS9").json()["one_id"] is None
    assert ours.api.get("/orders/S001/a-O1").json() == before


def test_customer_numbers_of_other_stores_are_not_told(ours: Stocked, platform: Api) -> None:
    both = client_of(store("S002"))
    assert both.post("/members", bodies.member("13800138000")).json()["one_id"] == ours.one_id
    seen = both.get(f"/members/{ours.one_id}/identities").json()["data"]
    assert [row["provider"] for row in seen] == ["phone"]
    assert [row["provider"] for row in ours.api.get(f"/members/{ours.one_id}/identities").json()["data"]] == ["phone", "store_customer"]


def test_without_a_good_token_nothing_is_answered(subtests: pytest.Subtests, ours: Stocked) -> None:
    client = ApiClient.objects.get(pk=ours.api.client.pk)  # type: ignore[union-attr]
    revoked = client_of(store("S001"))
    revoked_client = ApiClient.objects.get(pk=revoked.client.pk)  # type: ignore[union-attr]
    revoked_client.is_active = False
    revoked_client.save(update_fields=["is_active"])
    callers = {
        "anonymous": Api(None, ""),
        "made up": Api(None, "made-up"),
        "expired": Api(client, token_of(client, *client.scopes, seconds=-1)),
        "revoked": revoked,
    }
    before = contents()
    for operation in sweep.operations():
        for name, caller in callers.items():
            with subtests.test(operation=str(operation), caller=name):
                answer = caller.send(operation.method, ours.at(operation), body_for(operation, ours))
                assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
                assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert contents() == before


def test_without_its_scope_no_operation_is_served(subtests: pytest.Subtests, ours: Stocked) -> None:
    callers = {scope: client_of(store("S001"), *(other for other in ClientScope.values if other != scope)) for scope in ClientScope.values}
    before = contents()
    for operation in sweep.operations():
        with subtests.test(operation=str(operation)):
            answer = callers[operation.scope].send(operation.method, ours.at(operation), body_for(operation, ours))
            assert (answer.status_code, answer.json()["code"], answer.json()["scope"]) == (403, "missing_scope", operation.scope)
    assert contents() == before
