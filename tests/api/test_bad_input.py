"""R16 and R18 at the API's door: what no program should send, and how much."""

import json
from typing import Any

import pytest

from members.models import Member
from tests.api import bodies, sweep
from tests.api.callers import Api
from tests.api.sweep import Stocked, body_for

pytestmark = pytest.mark.django_db
GOOD = json.dumps(bodies.member(), ensure_ascii=False)


def raw(text: str) -> bytes:
    return text.encode()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed"),
        (b"{", 400, "malformed"),
        (raw(GOOD)[:-1], 400, "malformed"),
        (raw(GOOD) + b"x", 400, "malformed"),
        (GOOD.encode("gbk"), 400, "malformed"),
        (GOOD.encode("utf-16"), 400, "malformed"),
        (b"\xef\xbb\xbf" + raw(GOOD), 400, "malformed"),
        (raw('{"name": "a", ' + GOOD[1:]), 400, "malformed"),
        (raw(GOOD.replace("张三", "\\u0000")), 400, "malformed"),
        (raw(GOOD.replace("张三", "\\ud83d")), 400, "malformed"),
        (raw('{"a": NaN}'), 400, "malformed"),
        (raw('{"a": -Infinity}'), 400, "malformed"),
        (raw('{"a": 1e400}'), 400, "malformed"),
        (raw('{"a": ' + "9" * 5000 + "}"), 400, "malformed"),
        (raw("[" * 10_000 + "]" * 10_000), 400, "malformed"),
        (raw('{"a":' * 21 + "1" + "}" * 21), 400, "malformed"),
        (raw("[]"), 400, "invalid"),
        (raw("null"), 400, "invalid"),
        (raw('"text"'), 400, "invalid"),
        (raw("7"), 400, "invalid"),
        (b" " * (5 * 2**20 + 1), 413, "body_too_large"),
    ],
)
def test_what_is_no_acceptable_json_is_refused(shop: Api, body: bytes, status: int, code: str) -> None:
    answer = shop.post("/members", raw=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert Member.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (raw('{"name": "a",\n "channel": }'), "这不是 JSON：第 2 行第 13 列。"),
        (b'{"name": "\xff"}', "这不是 UTF-8：第 11 个字节。"),
        (raw('{"a": ' + "9" * 5000 + "}"), "有数值过大。"),
    ],
)
def test_what_is_wrong_with_the_json_is_said_where_and_in_the_callers_language(shop: Api, body: bytes, words: str) -> None:
    answer = shop.post("/members", raw=body, Accept_Language="zh-hans")
    assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (400, "malformed", words)


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml"]
)
def test_other_kinds_of_body_are_refused(shop: Api, content_type: str) -> None:
    answer = shop.post("/members", raw=b"a=1", content_type=content_type)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_other_kinds_of_answer_are_not_given(shop: Api) -> None:
    answer = shop.get("/members", Accept="text/html")
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")


@pytest.mark.parametrize("name", ["😀表情", "اسم‏", "=1+1", "+86", "@x", "-0", "a'b\"c", "<script>", "ﬁ", "e\u0301", "１３８"])
def test_odd_names_are_kept_as_they_are(shop: Api, name: str) -> None:
    one_id = shop.post("/members", bodies.member(name=name)).json()["one_id"]
    assert shop.get(f"/members/{one_id}").json()["name"] == name


def test_a_name_of_a_megabyte_is_refused(shop: Api) -> None:
    answer = shop.post("/members", bodies.member(name="a" * 2**20))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "max_length")


def test_full_width_digits_are_a_phone(shop: Api) -> None:
    shop.post("/members", bodies.member("１３８００１３８０００"))
    assert Member.objects.get().phone == "+8613800138000"


@pytest.mark.slow
def test_wrong_types_in_every_field_are_refused_and_never_a_fault(subtests: pytest.Subtests, ours: Stocked) -> None:
    for operation in sweep.operations():
        body = body_for(operation, ours)
        for name in body or ():
            wrong: Any
            for wrong in (None, True, 3.5, -1, 10**30, "\u202e", "x" * 3000, [], [None], {}, {"a": {}}):
                with subtests.test(operation=str(operation), field=name, value=str(wrong)[:20]):
                    answer = ours.api.send(operation.method, ours.at(operation), {**body, name: wrong})
                    assert answer.status_code in operation.statuses()
                    assert answer.status_code < 500


@pytest.mark.parametrize(
    "query",
    [
        "no_such=1",
        "limit=0",
        "limit=201",
        "limit=x",
        "limit=1&limit=2",
        "cursor=made-up",
        "cursor=",
        "phone=12",
        "phone=%00",
        "status=nobody",
        "provider=phone",
        "external_id=1",
        "registered_at__gte=2024-05-20",
        "registered_at__gte=2024-05-20T10:00:00",
        "Phone=13800138000",
    ],
)
def test_query_parameters_are_strict(shop: Api, query: str) -> None:
    answer = shop.get(f"/members?{query}")
    assert answer.status_code == 400, answer.content
    said = answer.json()
    assert said["code"] == "invalid_cursor" or set(said["errors"][0]) == {"parameter", "code", "message"}


def test_every_get_refuses_a_parameter_nobody_declared(subtests: pytest.Subtests, ours: Stocked) -> None:
    for operation in sweep.operations():
        if operation.method == "GET":
            with subtests.test(operation=str(operation)):
                assert ours.api.get(f"{ours.at(operation)}?expand=all").json()["errors"][0]["code"] == "unknown_field"


def test_a_cursor_holds_for_its_own_list_and_filters_only(shop: Api) -> None:
    for number in range(3):
        shop.post("/members", bodies.member(f"1380013800{number}"))
    cursor = shop.get("/members?limit=1").json()["next_cursor"]
    assert len(shop.get(f"/members?limit=2&cursor={cursor}").json()["data"]) == 2
    for path in (f"/members?status=active&cursor={cursor}", f"/orders?cursor={cursor}", f"/members?cursor={cursor[:-1]}x"):
        assert (shop.get(path).status_code, shop.get(path).json()["code"]) == (400, "invalid_cursor")


@pytest.mark.parametrize(
    "path", ["/nothing", "/members/a%00b", "/members/" + "a" * 41, "/orders/S001/" + "a" * 65, "/members/x/addresses/" + "9" * 19]
)
def test_unknown_addresses_are_problems_too(shop: Api, path: str) -> None:
    answer = shop.get(path)
    assert (answer.status_code, answer.headers["Content-Type"], answer.json()["code"]) == (404, "application/problem+json", "not_found")
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"]


def test_other_methods_are_named(shop: Api) -> None:
    for method in ("DELETE", "PUT", "OPTIONS", "PATCH"):
        answer = shop.send(method, "/members")
        assert (answer.status_code, answer.json()["code"], answer.headers["Allow"]) == (405, "method_not_allowed", "GET, HEAD, POST")


def test_a_fault_of_ours_says_nothing_of_the_inside(shop: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr("members.regions.children", broken)
    answer = shop.get("/regions")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "secret" not in answer.content.decode()


def test_answers_are_not_cached_and_carry_the_callers_request_id(shop: Api) -> None:
    answer = shop.get("/members", X_Request_ID="shop-77")
    assert (answer.headers["Cache-Control"], answer.headers["X-Request-ID"]) == ("no-store", "shop-77")


@pytest.mark.parametrize("said", ["tomorrow", "2024-05-20T10:00:00", "2024-13-01T00:00:00Z"])
def test_a_clock_without_an_offset_is_refused(shop: Api, said: str) -> None:
    answer = shop.get("/members", X_Clock=said)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_clock")
    assert set(answer.json()) == {"type", "title", "status", "detail", "code", "request_id"}
