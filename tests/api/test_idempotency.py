"""R06: every creation of the document, called again in every way (ruling 7). 10 at once: tests/api/test_at_once.py."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction

from core import idempotency
from core.models import IdempotencyRecord
from tests.api import sweep
from tests.api.sweep import Stocked, Swept, body_for
from tests.world import NOW

pytestmark = pytest.mark.django_db
Creation = Callable[[Swept, Any], None]


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is not there afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def of_each(subtests: pytest.Subtests, ours: Stocked, check: Creation) -> None:
    """Check every creation of the document by itself."""
    assert len(sweep.creations()) >= 8
    for operation in sweep.creations():
        with subtests.test(operation=str(operation)), undone():
            check(operation, body_for(operation, ours))


def rows() -> dict[str, int]:
    """How many rows there are of everything a creation may make."""
    counted = [
        model
        for app in ("members", "stores", "activity", "growth", "points", "coupons", "tags", "engagement", "core")
        for model in apps.get_app_config(app).get_models()
    ]
    each = [f"SELECT '{model._meta.label}', count(*) FROM {model._meta.db_table}" for model in counted if model is not IdempotencyRecord]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each))
        return dict(cursor.fetchall())


def test_every_post_takes_a_key_or_is_known_to_change_nothing() -> None:
    keyless = {op.operation_id for op in sweep.operations() if op.method == "POST" and not op.header("Idempotency-Key")}
    assert keyless == sweep.READ_ONLY_POSTS


def test_the_same_call_again_is_answered_the_same_and_does_nothing(subtests: pytest.Subtests, ours: Stocked) -> None:
    def check(operation: Swept, body: Any) -> None:
        first = ours.api.post(ours.at(operation), body, key="k-1")
        assert first.status_code == 201, first.json()
        assert "Idempotency-Replayed" not in first.headers
        before = rows()
        again = ours.api.post(ours.at(operation), dict(reversed(body.items())) if body else None, key="k-1")
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert rows() == before

    of_each(subtests, ours, check)


def test_the_key_of_another_call_is_a_conflict(subtests: pytest.Subtests, ours: Stocked) -> None:
    def check(operation: Swept, body: Any) -> None:
        if body is None:
            return  # there is no other call of it
        assert ours.api.post(ours.at(operation), body, key="k-1").status_code == 201
        before = rows()
        other = ours.api.post(ours.at(operation), changed(body), key="k-1")
        assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
        assert rows() == before

    of_each(subtests, ours, check)


def test_keys_of_two_callers_never_meet(subtests: pytest.Subtests, ours_and_theirs: tuple[Stocked, Stocked]) -> None:
    ours, other = ours_and_theirs

    def check(operation: Swept, body: Any) -> None:
        assert ours.api.post(ours.at(operation), body, key="k-1").status_code == 201
        answer = other.api.post(other.at(operation), body_for(operation, other), key="k-1")
        assert "Idempotency-Replayed" not in answer.headers
        assert ours.one_id not in answer.content.decode() or operation.operation_id == "create_member"  # the same person registers

    of_each(subtests, ours, check)


def test_a_refused_call_may_be_tried_again_with_its_key(subtests: pytest.Subtests, ours: Stocked) -> None:
    def check(operation: Swept, body: Any) -> None:
        if body is None:
            return  # nothing in it can be wrong
        refused = ours.api.post(ours.at(operation), {**body, "no_such_field": 1}, key="k-1")
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "unknown_field")
        good = ours.api.post(ours.at(operation), body, key="k-1")
        assert (good.status_code, good.headers.get("Idempotency-Replayed")) == (201, None)

    of_each(subtests, ours, check)


def test_an_effect_whose_answer_cannot_be_kept_is_undone(ours: Stocked) -> None:
    """R03: the answer is written in the effect's own transaction, so there is never the one without the other."""
    body = {"birth_month": "2021-01", "guardian_consent_at": "2024-05-20T10:00:00+08:00"}
    path = f"/members/{ours.one_id}/children"
    before = rows()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_idempotencyrecord ADD CONSTRAINT no_room CHECK (key <> 'k-1')")
    assert ours.api.post(path, body, key="k-1").status_code == 500
    assert rows() == before
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_idempotencyrecord DROP CONSTRAINT no_room")
    again = ours.api.post(path, body, key="k-1")
    assert (again.status_code, again.headers.get("Idempotency-Replayed")) == (201, None)


def test_a_key_is_1_to_255_visible_characters(subtests: pytest.Subtests, ours: Stocked) -> None:
    def check(operation: Swept, body: Any) -> None:
        before = rows()
        for key in ("", "k" * 256, "ключ", "a\tb"):
            answer = ours.api.post(ours.at(operation), body, key=key)
            assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_required")
        assert rows() == before
        assert ours.api.post(ours.at(operation), body, key="k" * 255).status_code == 201

    of_each(subtests, ours, check)


def test_an_answer_is_kept_for_23_hours_and_forgotten_after_48(ours: Stocked) -> None:
    body = {"birth_month": "2021-01", "guardian_consent_at": "2024-05-20T10:00:00+08:00"}
    path = f"/members/{ours.one_id}/children"
    assert ours.api.post(path, body, key="k-1").status_code == 201
    idempotency.forget_old(now=NOW + timedelta(hours=23))
    assert ours.api.post(path, body, key="k-1").headers["Idempotency-Replayed"] == "true"
    idempotency.forget_old(now=NOW + timedelta(hours=48, seconds=1))
    assert IdempotencyRecord.objects.count() == 0


def changed(body: Any) -> Any:
    """Another good body: one text in it differs."""
    for name in (
        "name",
        "label",
        "policy_version",
        "receiver_address",
        "reason",
        "path",
        "external_id",
        "usage_key",
        "payment_no",
        "reference",
        "order_no",
    ):
        if name in body:
            return {**body, name: body[name] + "x"}
    if "points" in body:
        return {**body, "points": body["points"] - 1}
    return {**body, "birth_month": "2020-02"}
