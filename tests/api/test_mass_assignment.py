"""R11: what is not an operation's to write stays as it is, whoever sends it along."""

from typing import Any

import pytest
from django.apps import apps

from stores.enums import ClientScope
from tests.api import sweep
from tests.api.callers import Api, client_of
from tests.api.sweep import Stocked, body_for
from tests.world import store

pytestmark = pytest.mark.django_db
IGNORED_WITH_A_WARNING = {"level", "benefits", "growth", "points", "coupons", "balance", "tags"}


@pytest.fixture
def of(ours: Stocked) -> Stocked:
    return ours


def columns() -> set[str]:
    """Every column of ours, and what a program might hope to set."""
    found = {"level", "benefits", "growth", "coupons", "balance", "tags", "points_balance", "is_staff", "role", "scopes", "warnings"}
    for app in ("members", "stores", "activity"):
        for model in apps.get_app_config(app).get_models():
            if not model.__name__.endswith("Event") or model.__name__ == "BehaviourEvent":
                found |= {field.name for field in model._meta.get_fields()} | {field.attname for field in model._meta.concrete_fields}
    return found


def declared(schema: Any) -> set[str]:
    """Names a request body may have by the document."""
    components = sweep.document()["components"]["schemas"]
    if "$ref" in schema:
        schema = components[schema["$ref"].rsplit("/", 1)[1]]
    if "oneOf" in schema:
        return declared(schema["oneOf"][0])
    assert schema["additionalProperties"] is False
    return {name for name, said in schema["properties"].items() if not said.get("readOnly")}


def body_schema(operation: sweep.Swept) -> Any:
    return operation.declared["requestBody"]["content"]["application/json"]["schema"]


def test_columns_that_are_no_fields_are_refused_or_ignored_aloud(subtests: pytest.Subtests, of: Stocked) -> None:
    before = _watched(of)
    for operation in sweep.operations():
        body = body_for(operation, of)
        if not body:
            continue
        writable = declared(body_schema(operation))
        assert set(body) <= writable
        foreign = columns() - writable
        refused = of.api.send(operation.method, of.at(operation), {**body, **dict.fromkeys(sorted(foreign), "9")})
        aloud = {said["pointer"].removeprefix("/") for said in refused.json()["errors"] if said["code"] == "unknown_field"}
        with subtests.test(operation=str(operation)):
            assert refused.status_code == 400
            assert foreign - aloud <= IGNORED_WITH_A_WARNING
        ignored = sorted(foreign - aloud)
        if ignored:
            answer = of.api.send(operation.method, of.at(operation), {**body, **dict.fromkeys(ignored, 9)})
            with subtests.test(operation=str(operation), fields="ignored"):
                assert sorted(said["pointer"] for said in answer.json()["warnings"]) == [f"/{name}" for name in ignored]
    after = _watched(of)
    assert {name: after[name] for name in before if name not in ("nickname", "version")} == {
        name: value for name, value in before.items() if name not in ("nickname", "version")
    }


def _watched(of: Stocked) -> dict[str, Any]:
    told: dict[str, Any] = of.api.get(f"/members/{of.one_id}").json()
    return told


def test_a_fact_pushed_by_a_store_is_its_own_whatever_it_says(of: Stocked, rival: Api) -> None:
    answer = of.api.post("/events", {**body_for(_named("push_events"), of), "store": "S002"})
    assert (answer.status_code, answer.json()["code"]) == (404, "store_not_found")


def test_verified_is_not_for_every_client_to_say(of: Stocked) -> None:
    humble = client_of(store("S001"), "members:read", "members:write")
    answer = humble.post(f"/members/{of.one_id}/identities", body_for(_named("link_identity"), of))
    assert (answer.status_code, answer.json()["scope"]) == (403, ClientScope.ASSERT_VERIFIED)
    one_id = humble.post("/members", {**body_for(_named("create_member"), of)}).json()["one_id"]
    assert humble.get(f"/members/{one_id}").json()["phone_verified_at"] is None


def _named(operation_id: str) -> sweep.Swept:
    return next(operation for operation in sweep.operations() if operation.operation_id == operation_id)
