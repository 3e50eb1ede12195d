"""R10: whoever works in one shop cannot reach another's rows through any address of the admin, found from the resolver."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from core import registry
from core.backoffice import site
from core.masking import Role
from core.permissions import allowed
from core.scope import of_user
from tests.admin.conftest import Sit, Street
from tests.admin.neighbours import Shop, found

FREE = {  # addresses that stand for nobody's rows, with what they may answer
    "admin:index": {200},
    "admin:login": {302},
    "admin:logout": {405},
    "admin:jsi18n": {200},
    "admin:password_change": {200},
    "admin:password_change_done": {200},
}
NOISE = ("django_session", "members_accesslog", "django_admin_log", "axes_", "pghistory_", "auth_user")


def names(resolver: URLResolver, prefix: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from names(entry, prefix)
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{prefix}:{entry.name}"


def all_names() -> list[str]:
    resolver = next(entry for entry in _resolvers(get_resolver()) if entry.namespace == "admin")
    return sorted(set(names(resolver, "admin")))


def _resolvers(resolver: URLResolver) -> Iterator[URLResolver]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield entry
            yield from _resolvers(entry)


def addresses(name: str, shop: Shop) -> list[str]:
    """The addresses of this name that stand for a shop's rows; [] for those that stand for none."""
    possibilities = get_resolver().namespace_dict["admin"][1].reverse_dict.getlist(name.removeprefix("admin:"))
    found_addresses = []
    for patterns, _route, _defaults, converters in possibilities:
        for _text, parameters in patterns:
            for values in arguments(name, parameters, shop):
                assert set(values) == set(parameters), (name, parameters)
                found_addresses.append(reverse(name, kwargs=values))
        assert set(converters) >= set(), converters
    return found_addresses


def arguments(name: str, parameters: list[str], shop: Shop) -> list[dict[str, Any]]:
    """What fills the places of an address. A new kind of place fails here until it is said what stands for a row in it."""
    model = name.removeprefix("admin:")
    values: dict[str, Any] = {}
    for parameter in parameters:
        match parameter:
            case "object_id" | "id":
                values[parameter] = next((pk for label, pk in shop.ids.items() if model.startswith(f"{label}_")), 1)
            case "member_id":
                values[parameter] = shop.member_id
            case "job_id":
                values[parameter] = shop.ids["core_job"]
            case "endpoint_id":
                values[parameter] = shop.ids["stores_webhookendpoint"]
            case "delivery_id":
                values[parameter] = shop.ids["stores_webhookdelivery"]
            case "address_id" | "child_id" | "consent_id":
                values[parameter] = shop.ids[parameter]
            case "key":
                return [{**values, "key": panel.key} for panel in registry.panels("members.Member")]
            case "app_label":
                return [{"app_label": "members"}]
            case "kind":
                return [{"kind": "import_orders"}]
            case "group":
                return [{"group": "levels"}]
            case "content_type_id" | "url":
                return []
            case "subject":
                values[parameter] = "levels"
            case known if known in shop.ids:
                values[parameter] = shop.ids[known]
            case other:
                pytest.fail(f"{name}: say what stands for a row in <{other}>")
    return [values]


def fingerprint() -> dict[str, str]:
    """The content of every table but logs and sessions."""
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if not name.startswith(NOISE)]
        prints = {}
        for table in tables:
            cursor.execute(f"SELECT coalesce(md5(string_agg(t::text, chr(10) ORDER BY t::text)), '') FROM \"{table}\" AS t")
            prints[table] = cursor.fetchone()[0]
    return prints


def posts(address: str, shop: Shop) -> list[dict[str, Any]]:
    """Bodies with which somebody might try to change the row behind an address."""
    return [
        {},
        {"reason": "因为我想要", "kind": "phone", "reference": "", "_save": "1", "name": "偷改", "version": 1, "post": "yes"},
        {"decision": "approve", "action": "save", "delta": 5, "token": "3f0f5e0c-54f0-4f7b-8a55-0d2f3d6a1b11", "valid_until": "2030-01-01"},
        {"body": "偷记", "programme": shop.store.programme_id, "url": "https://thief.example/", "is_active": "on", "role": "admin"},
    ]


def _stands_for_a_row(name: str) -> bool:
    """Whether the address has a place for something; the others, of levels, ask which programme and are tested by themselves."""
    return bool(get_resolver().namespace_dict["admin"][1].reverse_dict.getlist(name.removeprefix("admin:"))[0][0][0][1])


@pytest.mark.parametrize("role", list(Role))
def test_no_address_of_the_admin_shows_another_shops_rows(street: Street, sit: Sit, role: Role) -> None:
    client = sit(street.staff[role])
    swept = 0
    for name in all_names():
        for address in addresses(name, street.theirs):
            response = client.get(address)
            text = "" if response.streaming else response.content.decode()
            assert found(street.theirs.traces, text) == [], (name, address)
            assert response.status_code in FREE.get(name, {200, 302, 403, 404, 405}), (name, address, response.status_code)
            if f"/member/{street.theirs.member_id}/" in address:
                assert response.status_code == (403 if name.endswith("_delete") else 404), (
                    name,
                    address,
                )  # nobody deletes, so not even here
            swept += 1
    assert swept > 100, "the resolver was not read"


@pytest.mark.parametrize("role", [Role.ADMIN, Role.CUSTOMER_SERVICE, Role.OPERATOR])  # what the others may change, these may
def test_no_post_of_the_admin_changes_another_shops_rows(street: Street, sit: Sit, role: Role) -> None:
    client = sit(street.staff[role])
    before = fingerprint()
    for name in all_names():
        if name in ("admin:logout", "admin:password_change", "admin:login"):
            continue
        for address in addresses(name, street.theirs):
            of_a_programme = name.startswith(("admin:growth_", "admin:points_", "admin:coupons_", "admin:tags_", "admin:engagement_"))
            ours_to_try = "_change" in name or f"/{street.theirs.member_id}/" in address or "job" in name or of_a_programme
            if not ours_to_try or not _stands_for_a_row(name):
                continue
            for body in posts(address, street.theirs):
                response = client.post(address, body)
                if "changelist" not in name:
                    assert response.status_code in (302, 403, 404, 405), (name, address, response.status_code)
                assert found(street.theirs.traces, response.content.decode()) == [], (name, address)
    assert fingerprint() == before


def test_the_sweep_sees_what_it_must_not(street: Street, sit: Sit) -> None:
    """With the platform's eyes the same addresses do show the traces: the sweep above would notice."""
    from tests import world

    root = world.staff("root")
    root.is_superuser = True
    root.save()
    client = sit(root)
    seen: set[str] = set()
    for name in all_names():
        for address in addresses(name, street.theirs):
            response = client.get(address)
            if not response.streaming:
                seen |= set(found(street.theirs.traces, response.content.decode()))
    never = {street.theirs.traces[index] for index in range(4)}  # masked even for the platform
    assert set(street.theirs.traces) - seen - never <= {trace for trace in street.theirs.traces if trace.startswith(("whsec_", "key"))}


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR, Role.TILL_CLERK])
def test_missing_and_foreign_rows_answer_alike(street: Street, sit: Sit, role: Role) -> None:
    client = sit(street.staff[role])
    for label, foreign in street.theirs.ids.items():
        if not label.startswith(("members_", "stores_", "activity_", "core_")):
            continue
        for view in ("change", "delete", "history"):
            try:
                answers = [client.get(reverse(f"admin:{label}_{view}", args=[pk])) for pk in (foreign, 987_654_321)]
            except Exception as problem:
                pytest.fail(f"{label} {view}: {problem}")
            statuses = {answer.status_code for answer in answers}
            assert len(statuses) == 1, (label, view, statuses)
            assert statuses <= {403, 404}, (label, view, statuses)


def test_lists_refuse_lookups_nobody_offered(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.ADMIN])
    for model in site.registered():
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        if client.get(address).status_code != 200:
            continue
        for lookup in ("store__name__startswith", "member__phone__startswith", "user__password__startswith", "id__in", "digest"):
            assert client.get(address, {lookup: "a"}).status_code in (302, 400), (address, lookup)


def test_a_filter_offers_and_finds_ones_own_stores_only(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.OPERATOR])
    orders = reverse("admin:activity_order_changelist")

    page = client.get(orders).content.decode()
    assert f"O-{street.ours.tag}-1" in page
    theirs = client.get(orders, {"store__id__exact": street.theirs.store.pk}).content.decode()
    assert found([f"O-{street.ours.tag}-1", *street.theirs.traces], theirs) == []


def test_choices_offer_ones_own_stores_only(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.ADMIN])
    for name in ("stores_staffassignment_add", "stores_apiclient_add", "stores_webhookendpoint_add", "import_orders", "import_members"):
        text = client.get(reverse(f"admin:{name}")).content.decode()
        assert street.ours.store.name in text, name
        assert found(street.theirs.traces, text) == [], name


def test_forms_refuse_slipped_stores(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.ADMIN])
    before = fingerprint()
    slipped: list[tuple[str, dict[str, Any]]] = [
        ("stores_apiclient_add", {"name": "x", "store": street.theirs.store.pk, "scopes": ["members:read"], "requests_per_minute": 1}),
        ("stores_apiclient_add", {"name": "x", "store": "", "scopes": ["members:read"], "requests_per_minute": 1}),
        ("stores_webhookendpoint_add", {"url": "http://127.0.0.1:9/x", "store": street.theirs.store.pk}),
        ("stores_webhookendpoint_add", {"url": "http://127.0.0.1:9/x", "store": ""}),
        (
            "stores_staffassignment_add",
            {
                "user": street.staff[Role.ADMIN].pk,
                "store": street.theirs.store.pk,
                "role": "admin",
                "valid_from_0": "2024-01-01",
                "valid_from_1": "00:00",
            },
        ),
        (
            "stores_staffassignment_add",
            {"user": street.staff[Role.ADMIN].pk, "store": "", "role": "admin", "valid_from_0": "2024-01-01", "valid_from_1": "00:00"},
        ),
    ]
    for name, body in slipped:
        response = client.post(reverse(f"admin:{name}"), body)
        assert response.status_code in (200, 400), (name, response.status_code)
    assert fingerprint() == before


def test_actions_with_slipped_ids_do_nothing(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.ADMIN])
    before = fingerprint()
    for model in site.registered():
        label = f"{model._meta.app_label}_{model._meta.model_name}"
        for action in ("delete_selected", "resend", "real"):
            client.post(
                reverse(f"admin:{label}_changelist"),
                {"action": action, "_selected_action": [street.theirs.ids.get(label, 1)], "post": "yes"},
            )
    assert fingerprint() == before


def test_a_role_in_one_store_is_none_in_another(street: Street, sit: Sit) -> None:
    from stores import services as stores_services
    from stores.enums import StaffRole

    person = street.staff[Role.ADMIN]
    stores_services.assign_role(
        user_id=person.pk, store_id=street.theirs.store.pk, role=StaffRole.TILL_CLERK, valid_from=street.now, actor="test", at=street.now
    )
    client = sit(person)

    assert client.get(reverse("admin:activity_order_changelist")).content.decode().count("O-乙-1") > 0  # the till sees orders
    clients = client.get(reverse("admin:stores_apiclient_changelist")).content.decode()
    assert "程序甲" in clients
    assert "程序乙" not in clients
    assert client.get(reverse("admin:stores_store_change", args=[street.theirs.store.pk])).status_code == 404
    assert client.get(reverse("admin:members_member_edit", args=[street.ours.member_id])).status_code == 200
    assert client.get(reverse("admin:members_member_edit", args=[street.theirs.member_id])).status_code == 403
    assert client.get(reverse("admin:members_member_reveal", args=[street.theirs.member_id]), {"kind": "phone"}).status_code == 403


def test_autocomplete_answers_nothing_foreign(street: Street, sit: Sit) -> None:
    for role in Role:
        client = sit(street.staff[role])
        for model in site.registered():
            for fk in (field for field in model._meta.concrete_fields if field.is_relation):
                response = client.get(
                    reverse("admin:autocomplete"),
                    {"app_label": model._meta.app_label, "model_name": str(model._meta.model_name), "field_name": fk.name, "term": ""},
                )
                assert response.status_code in (200, 403, 404), (model, fk.name)
                assert found(street.theirs.traces, response.content.decode()) == []


def test_nobody_without_a_role_sees_anything(street: Street, sit: Sit) -> None:
    from tests import world

    nobody = world.staff("nobody")
    assert of_user(nobody).roles == frozenset()
    client: Client = sit(nobody)
    for model in site.registered():
        label = f"{model._meta.app_label}_{model._meta.model_name}"
        assert client.get(reverse(f"admin:{label}_changelist")).status_code == 403, label
    assert "no role" in client.get(reverse("admin:index")).content.decode()
    assert client.get(reverse("admin:lookup"), {"q": "张三"}).status_code == 200
    assert not any(allowed(model._meta.label_lower, "view", of_user(nobody)) for model in admin.site._registry)
