"""Members through the API: registering (REG, ruling 16), reading, changing (MEM), and what is masked."""

from typing import Any

import pytest

from members import services as members_services
from members.models import AccessLog, Consent, Identity, Member, MergeCase
from stores.models import Membership
from tests.api import bodies
from tests.api.callers import Api, client_of
from tests.api.sweep import Stocked
from tests.world import NOW, store

pytestmark = pytest.mark.django_db


@pytest.fixture
def one_id(shop: Api) -> str:
    return str(shop.post("/members", bodies.member()).json()["one_id"])


# Registering


def test_registration_answers_with_what_a_storefront_shows_at_once(shop: Api) -> None:
    answer = shop.post("/members", bodies.member(source="poster-7", nickname="小张", birthday="1992-06-15"))
    assert answer.status_code == 201
    said = answer.json()
    assert (said["created"], said["warnings"]) == (True, [])
    assert said["member"]["register_channel"] == "app"
    assert said["member"]["register_source"] == "poster-7"
    assert said["member"]["registered_at"] == "2024-05-20T10:00:00+08:00"
    assert set(said["summary"]) == {"one_id", "programme", "level", "benefits", "growth", "points", "coupons", "balance"}
    assert Membership.objects.filter(member__one_id=said["one_id"]).count() == 2  # the store's and the platform's


def test_a_proved_phone_links_the_member_of_another_store(shop: Api, rival: Api) -> None:
    first = shop.post("/members", bodies.member())
    second = rival.post("/members", bodies.member(name="别的名字"))
    assert (second.status_code, second.json()["created"]) == (200, False)
    assert second.json()["one_id"] == first.json()["one_id"]
    assert [row["programme"] for row in second.json()["memberships"]] == ["s002"]
    assert Member.objects.count() == 1


def test_without_the_right_to_assert_a_new_member_and_a_silent_merge_case(shop: Api) -> None:
    known = shop.post("/members", bodies.member()).json()["one_id"]
    humble = client_of(store("S002"), "members:read", "members:write")
    answer = humble.post("/members", bodies.member())
    assert (answer.status_code, answer.json()["created"]) == (201, True)
    assert answer.json()["one_id"] != known
    assert known not in answer.content.decode()
    assert humble.get(f"/members/{known}").status_code == 404
    assert MergeCase.objects.count() == 1


def test_counts_are_ours_a_level_sent_along_is_ignored_with_a_warning(shop: Api) -> None:
    answer = shop.post("/members", bodies.member(level=4))
    assert answer.status_code == 201
    assert [(said["pointer"], said["code"]) for said in answer.json()["warnings"]] == [("/level", "read_only")]
    assert answer.json()["summary"]["level"]["level"] is None  # the programme has no levels


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"consents": []}, "/consents", "min_length"),
        ({"consents": [{"purpose": "marketing", "policy_version": "v1"}]}, "/consents", "policy_consent_missing"),
        ({"identities": []}, "/identities", "min_length"),
        ({"identities": [bodies.phone(), bodies.phone("+86 138 0013 8000")]}, "/identities", "repeated"),
        ({"identities": [bodies.phone("1380013800")]}, "/identities/0/external_id", "invalid_phone"),
        ({"identities": [bodies.phone(), {"provider": "pos_card", "scope": "S002", "external_id": "1"}]}, "/identities/1/scope", "invalid"),
        ({"channel": "import"}, "/channel", "invalid_choice"),
        ({"avatar_url": "http://example.org/a.png"}, "/avatar_url", "not_https"),
        ({"avatar_url": "https://example.org/" + "a" * 2029}, "/avatar_url", "max_length"),
        ({"nickname": "长" * 33}, "/nickname", "max_length"),
        ({"gender": "other"}, "/gender", "invalid_choice"),
        ({"birthday": "1992-02-30"}, "/birthday", "invalid"),
        ({"birthday": 19920615}, "/birthday", "invalid"),
        ({"registered_at": bodies.AT}, "/registered_at", "unknown_field"),
        ({"name": 7}, "/name", "invalid"),
        ({"city_code": "110100", "province_code": "440000"}, "/city_code", "invalid"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(shop: Api, change: dict[str, Any], pointer: str, code: str) -> None:
    answer = shop.post("/members", {**bodies.member(), **change})
    assert answer.status_code == 400, answer.json()
    assert [(said["pointer"], said["code"]) for said in answer.json()["errors"]] == [(pointer, code)]
    assert Member.objects.count() == 0


def test_refusals_are_in_the_callers_language(shop: Api) -> None:
    said = {language: shop.get("/members/none", Accept_Language=language) for language in ("en", "zh-hans")}
    assert {language: answer.headers["Content-Language"] for language, answer in said.items()} == {"en": "en", "zh-hans": "zh-hans"}
    assert {answer.json()["code"] for answer in said.values()} == {"member_not_found"}
    assert said["en"].json()["title"] == "There is no such member."
    required = shop.post("/members", {}, Accept_Language="zh-hans").json()["errors"][0]["message"]
    assert required == "该字段是必填项。"


def test_a_refused_choice_says_what_there_is(shop: Api) -> None:
    refused = shop.post("/members", bodies.member(gender="other")).json()["errors"][0]["message"]
    assert refused == '"other" is none of these: unknown, male, female.'
    asked = shop.get("/orders?status=done").json()["errors"]
    assert [(said["parameter"], said["code"]) for said in asked] == [("status", "invalid_choice")]
    assert "placed, paid, shipped" in asked[0]["message"]
    assert shop.post("/members", []).json()["detail"] == "A JSON object is needed here."


def test_the_platform_registers_for_a_store_or_for_itself(platform: Api) -> None:
    at_store = platform.post("/members", bodies.member(store="S001")).json()
    assert [row["programme"] for row in at_store["memberships"]] == ["platform", "s001"]
    alone = platform.post("/members", bodies.member("13900139000")).json()
    assert [row["programme"] for row in alone["memberships"]] == ["platform"]
    assert alone["summary"]["programme"] == "platform"


# Reading


def test_personal_data_is_masked_unless_the_client_may_read_it(shop: Api, one_id: str) -> None:
    shop.patch(f"/members/{one_id}", {"birthday": "1992-06-15", "email": "San@Example.com"})
    shop.post(f"/members/{one_id}/addresses", bodies.address())
    masked = shop.get(f"/members/{one_id}").json()
    assert (masked["name"], masked["phone"], masked["email"], masked["birthday"]) == ("张三", "138****8000", "s***@example.com", "06-15")
    [address] = shop.get(f"/members/{one_id}/addresses").json()["data"]
    assert (address["phone"], address["street"], address["region"]) == ("138****8000", "****", "广东省深圳市南山区")
    trusted = client_of(store("S001"), "members:read", "pii:read")
    whole = trusted.get(f"/members/{one_id}").json()
    assert (whole["phone"], whole["email"], whole["birthday"]) == ("+8613800138000", "san@example.com", "1992-06-15")
    assert trusted.get(f"/members/{one_id}/addresses").json()["data"][0]["street"] == "科技园1号"


def test_the_calling_list_is_asked_for_a_moment(shop: Api, one_id: str) -> None:
    """DAT-17: a home number, callable from 19:00 to 21:00: not on the list of 18:59, on that of 19:00."""
    hours = {"landline": "0755-26001234", "callable_from": "19:00", "callable_until": "21:00"}
    assert shop.patch(f"/members/{one_id}", hours).status_code == 200

    def callable_at(clock: str) -> list[str]:
        return [row["one_id"] for row in shop.get(f"/members?callable_at=2024-05-20T{clock}:00%2B08:00").json()["data"]]

    assert [callable_at(clock) for clock in ("18:59", "19:00", "20:59", "21:00")] == [[], [one_id], [one_id], []]


def test_an_occupation_is_free_text_of_at_most_32_characters(shop: Api, one_id: str) -> None:
    """DAT-14."""
    assert shop.patch(f"/members/{one_id}", {"occupation": "业" * 32}).json()["occupation"] == "业" * 32
    refused = shop.patch(f"/members/{one_id}", {"occupation": "业" * 33})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/occupation")
    assert shop.get(f"/members/{one_id}").json()["occupation"] == "业" * 32


def test_every_reading_and_search_is_in_the_access_log(shop: Api, one_id: str) -> None:
    AccessLog.objects.all()._raw_delete("default")
    shop.get(f"/members/{one_id}")
    shop.get("/members?phone=13800138000")
    lines = list(AccessLog.objects.order_by("id").values_list("action", "actor", "member__one_id", "hits"))
    actor = f"client:{shop.client.pk}"  # type: ignore[union-attr]
    assert lines == [("api_read", actor, one_id, None), ("search", actor, None, 1)]
    assert len(AccessLog.objects.get(action="search").search_hash) == 64


def test_members_are_found_by_phone_and_identity(shop: Api, one_id: str) -> None:
    shop.post("/members", bodies.member("13900139000"))
    for query in ("phone=13800138000", "phone=%2B86%20138%200013%208000", "provider=phone&external_id=13800138000"):
        assert [row["one_id"] for row in shop.get(f"/members?{query}").json()["data"]] == [one_id], query
    assert shop.get("/members?phone=13700137000").json() == {"data": [], "next_cursor": None}
    assert shop.post("/identities/resolve", {"provider": "phone", "external_id": "13800138000"}).json() == {"one_id": one_id}
    shop.post(f"/members/{one_id}/identities", {"provider": "pos_card", "external_id": "9001", "verified_at": bodies.AT})
    for scope in ({}, {"scope": "S001"}):  # a store's own card: whose it is goes without saying
        assert shop.post("/identities/resolve", {"provider": "pos_card", "external_id": "9001", **scope}).json() == {"one_id": one_id}
    assert [row["one_id"] for row in shop.get("/members?provider=pos_card&external_id=9001").json()["data"]] == [one_id]
    missing = shop.post("/identities/resolve", {"provider": "taobao", "external_id": "u1"})
    assert (missing.status_code, missing.json()["code"]) == (404, "member_not_found")


def test_members_changed_since_a_moment_are_found_whatever_part_changed(shop: Api, one_id: str) -> None:
    quiet = shop.post("/members", bodies.member("13900139000")).json()["one_id"]

    def changed_since(moment: str) -> list[str]:
        return [row["one_id"] for row in shop.get(f"/members?updated_since={moment}").json()["data"]]

    assert set(changed_since("2024-05-20T10:00:00%2B08:00")) == {one_id, quiet}  # registered then
    for minute, change in enumerate(
        (
            lambda at: shop.patch(f"/members/{one_id}", {"nickname": "小张"}, X_Clock=at),
            lambda at: shop.post(f"/members/{one_id}/addresses", bodies.address(), X_Clock=at),
            lambda at: shop.delete(f"/members/{one_id}/consents/policy", X_Clock=at),
        ),
        start=1,
    ):
        at = f"2024-05-20T10:0{minute}:00+08:00"
        assert changed_since(at.replace("+", "%2B")) == []
        assert change(at).status_code < 300
        assert changed_since(at.replace("+", "%2B")) == [one_id]
    assert shop.get(f"/members/{one_id}").json()["updated_at"] == "2024-05-20T10:03:00+08:00"


def test_the_id_of_a_merged_member_leads_to_the_survivor(shop: Api, one_id: str) -> None:
    other = shop.post("/members", bodies.member("13900139000")).json()["one_id"]
    survivor = Member.objects.get(one_id=one_id)
    Member.objects.filter(one_id=other).update(status="merged", merged_into=survivor)
    answer = shop.get(f"/members/{other}")
    assert (answer.status_code, answer.json()["one_id"]) == (200, one_id)


def test_the_portrait_has_six_parts(shop: Api, one_id: str) -> None:
    shop.post("/orders", bodies.order())
    shop.put(f"/members/{one_id}/wallet", bodies.wallet())
    portrait = shop.get(f"/members/{one_id}/portrait").json()
    assert set(portrait) == {"basic", "member_data", "tags", "assets", "consumption", "preferences"}
    assert portrait["basic"]["name"] == "张三"
    assert portrait["member_data"]["completeness_percent"] == 20
    assert portrait["assets"]["balance"]["balance_minor"] == 8880
    assert (portrait["consumption"][0]["orders"], portrait["consumption"][0]["settled_minor"]) == (1, 29990)
    assert portrait["preferences"][0]["categories"] == [{"name": "女装", "pieces": 1}]
    assert portrait["tags"] == []


def test_the_timeline_joins_all_channels_newest_first_page_by_page(shop: Api, one_id: str) -> None:
    shop.post("/orders", bodies.order())
    shop.post("/events", bodies.event())
    whole = shop.get(f"/members/{one_id}/timeline").json()["data"]
    assert len(whole) >= 4
    assert [entry["at"] for entry in whole] == sorted((entry["at"] for entry in whole), reverse=True)
    pages: list[Any] = []
    cursor: str | None = ""
    while cursor is not None:
        page = shop.get(f"/members/{one_id}/timeline?limit=1" + (f"&cursor={cursor}" if cursor else "")).json()
        pages += page["data"]
        cursor = page["next_cursor"]
    assert pages == whole


# Changing


def test_a_change_raises_the_version_and_a_stale_one_is_refused(shop: Api, one_id: str) -> None:
    read = shop.get(f"/members/{one_id}")
    assert read.headers["ETag"] == '"1"'
    changed = shop.patch(f"/members/{one_id}", {"nickname": "小张", "level": 4}, If_Match=read.headers["ETag"])
    assert (changed.status_code, changed.headers["ETag"], changed.json()["version"]) == (200, '"2"', 2)
    assert [said["pointer"] for said in changed.json()["warnings"]] == ["/level"]
    for stale in ({"If_Match": '"1"'}, {"If_Match": 'W/"1"'}, {"If_Match": "nonsense"}):
        refused = shop.patch(f"/members/{one_id}", {"nickname": "老张"}, **stale)
        assert (refused.status_code, refused.json()["code"]) == (412, "version_mismatch")
    refused = shop.patch(f"/members/{one_id}", {"nickname": "老张", "version": 1})
    assert refused.status_code == 412
    assert Member.objects.get(one_id=one_id).nickname == "小张"
    assert shop.patch(f"/members/{one_id}", {"nickname": "老张", "version": 2}).json()["version"] == 3


def test_fields_nobody_may_change_are_refused(shop: Api, one_id: str) -> None:
    for field in ("registered_at", "one_id", "status", "phone_verified_at", "is_synthetic", "register_channel", "merged_into"):
        answer = shop.patch(f"/members/{one_id}", {field: "2020-01-01T00:00:00Z"})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, f"/{field}")
    assert Member.objects.get(one_id=one_id).version == 1


def test_marital_status_needs_its_consent(shop: Api, one_id: str) -> None:
    refused = shop.patch(f"/members/{one_id}", {"marital_status": "married"})
    assert (refused.status_code, refused.json()["code"]) == (400, "consent_missing")
    shop.post(f"/members/{one_id}/consents", {"purpose": "profile", "policy_version": "v1", "channel": "app"})
    assert shop.patch(f"/members/{one_id}", {"marital_status": "married"}).json()["marital_status"] == "married"


def test_a_frozen_member_is_read_and_not_changed(shop: Api, one_id: str) -> None:
    member = Member.objects.get(one_id=one_id)
    members_services.freeze_member(member_id=member.pk, reason="fraud suspected", actor="test", at=NOW)
    assert shop.get(f"/members/{one_id}").json()["status"] == "frozen"
    answer = shop.patch(f"/members/{one_id}", {"nickname": "小张"})
    assert (answer.status_code, answer.json()["code"]) == (409, "member_not_active")


def test_addresses_are_kept_one_default_and_at_most_twenty(shop: Api, one_id: str) -> None:
    path = f"/members/{one_id}/addresses"
    first = shop.post(path, bodies.address(label="A")).json()
    second = shop.post(path, bodies.address(label="B", is_default=True)).json()
    assert (first["is_default"], second["is_default"]) == (True, True)
    assert [(row["label"], row["is_default"]) for row in shop.get(path).json()["data"]] == [("B", True), ("A", False)]
    assert shop.put(f"{path}/{first['id']}", bodies.address(label="A2", is_default=True)).json()["is_default"] is True
    for _number in range(18):
        assert shop.post(path, bodies.address()).status_code == 201
    full = shop.post(path, bodies.address())
    assert (full.status_code, full.json()["code"]) == (400, "too_many_addresses")
    assert shop.delete(f"{path}/{second['id']}").status_code == 204
    assert len(shop.get(path).json()["data"]) == 19
    wrong = shop.post(path, bodies.address(city_code="110100"))
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (400, "/city_code")


def test_children_are_a_month_and_a_gender_with_consent(shop: Api, one_id: str) -> None:
    path = f"/members/{one_id}/children"
    child = shop.post(path, {"birth_month": "2022-11", "gender": "male", "guardian_consent_at": bodies.AT}).json()
    assert (child["birth_month"], child["gender"]) == ("2022-11", "male")
    assert shop.post(path, {"birth_month": "2022-11"}).status_code == 400
    assert shop.post(path, {"birth_month": "2024-06", "guardian_consent_at": bodies.AT}).status_code == 400
    assert shop.delete(f"{path}/{child['id']}").status_code == 204
    assert shop.get(path).json() == {"data": []}


def test_a_consent_is_withdrawn_as_easily_as_given(shop: Api, one_id: str) -> None:
    path = f"/members/{one_id}/consents"
    assert shop.post(path, {"purpose": "marketing", "policy_version": "v1", "channel": "app"}).status_code == 201
    assert shop.delete(f"{path}/marketing").status_code == 204
    assert shop.delete(f"{path}/marketing").status_code == 404
    assert Consent.objects.get(purpose="marketing").withdrawn_at == NOW
    rows = {row["purpose"]: row["withdrawn_at"] for row in shop.get(path).json()["data"]}
    assert rows == {"policy": None, "marketing": "2024-05-20T10:00:00+08:00"}


def test_an_identity_of_another_is_refused_and_the_last_one_stays(shop: Api, one_id: str) -> None:
    other = shop.post("/members", bodies.member("13900139000")).json()["one_id"]
    union = {"provider": "wechat_unionid", "external_id": "U1", "verified_at": bodies.AT}
    assert shop.post(f"/members/{one_id}/identities", union).status_code == 201
    taken = shop.post(f"/members/{other}/identities", union)
    assert (taken.status_code, taken.json()["code"]) == (409, "identity_taken")
    only = Identity.objects.get(member__one_id=other)
    last = shop.delete(f"/members/{other}/identities/{only.pk}")
    assert (last.status_code, last.json()["code"]) == (400, "last_identity")
    assert Identity.objects.filter(member__one_id=other).count() == 1


def test_an_identity_that_is_not_there_says_so(shop: Api, rival: Api, one_id: str) -> None:
    theirs = rival.post(f"/members/{_joined(rival)}/identities", {"provider": "pos_card", "external_id": "77", "verified_at": bodies.AT})
    for identity_id in (999999, theirs.json()["id"]):  # nobody's, and a card of the other store of the same member
        answer = shop.delete(f"/members/{one_id}/identities/{identity_id}")
        assert (answer.status_code, answer.json()["code"]) == (404, "identity_not_found")
    assert Identity.objects.filter(external_id="77").exists()


def _joined(api: Api) -> str:
    return str(api.post("/members", bodies.member()).json()["one_id"])


@pytest.mark.parametrize("years", ["2024", "2099"])
def test_what_is_not_taken_as_proved_is_said(rival: Api, years: str) -> None:
    humble = client_of(store("S001"), "members:write")
    identities = [{**bodies.phone(), "verified_at": f"{years}-05-20T10:00:00+08:00"}, {"provider": "taobao", "external_id": "t1"}]
    identities.append({"provider": "pos_card", "external_id": "9001", "verified_at": bodies.AT})  # the store's own number
    answer = humble.post("/members", bodies.member(identities=identities, level=4))
    assert answer.status_code == 201
    assert [(said["pointer"], said["code"]) for said in answer.json()["warnings"]] == [
        ("/level", "read_only"),
        ("/identities/0/verified_at", "not_asserted"),
    ]
    assert Identity.objects.get(verified_at__isnull=False).provider == "pos_card"


def test_nothing_is_proved_more_than_a_day_ahead(shop: Api, one_id: str) -> None:
    later = {"provider": "taobao", "external_id": "t1", "verified_at": "2024-05-21T10:00:01+08:00"}
    for path, body, pointer in (
        ("/members", bodies.member("13900139000", identities=[bodies.phone("13900139000"), later]), "/identities/1/verified_at"),
        (f"/members/{one_id}/identities", later, "/verified_at"),
    ):
        answer = shop.post(path, body)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
        assert [said["pointer"] for said in answer.json()["errors"]] == [pointer]
    assert not Identity.objects.filter(provider="taobao").exists()
    assert shop.post(f"/members/{one_id}/identities", {**later, "verified_at": "2024-05-21T10:00:00+08:00"}).status_code == 201


def test_entries_of_the_timeline_have_a_type_and_the_same_in_words(ours: Stocked) -> None:
    path = f"/members/{ours.one_id}/timeline"
    said = {language: ours.api.get(path, Accept_Language=language).json()["data"] for language in ("en", "zh")}
    types = {entry["type"]: entry["kind"] for entry in said["en"]}
    assert types == {
        "registration": "Registration",
        "consent": "Consent",
        "membership": "Membership",
        "order": "Order",
        "after_sale": "After-sale",
        "behaviour": "Behaviour",
        "points": "Points",
        "coupon": "Coupon",
        "tag": "Tag",
        "campaign": "Campaign",
    }
    assert [entry["type"] for entry in said["zh"]] == [entry["type"] for entry in said["en"]]
    assert {entry["kind"] for entry in said["zh"] if entry["type"] == "order"} == {"订单"}


def test_preferences_are_twenty_switches_with_marketing_off(shop: Api, one_id: str) -> None:
    path = f"/members/{one_id}/preferences"
    switches = shop.get(path).json()["switches"]
    assert len(switches) == 20
    assert {switch["message_type"] for switch in switches if not switch["is_on"]} == {"marketing"}
    changed = shop.put(path, {"switches": [{"channel": "sms", "message_type": "marketing", "is_on": True}]}).json()["switches"]
    assert [switch for switch in changed if switch not in switches] == [{"channel": "sms", "message_type": "marketing", "is_on": True}]


def test_regions_are_listed_level_by_level(shop: Api) -> None:
    assert len(shop.get("/regions").json()["data"]) >= 31
    cities = shop.get("/regions?parent=440000").json()["data"]
    assert {"code": "440300", "parent": "440000", "level": "city", "name": "深圳市"} in cities
    assert shop.get("/regions?parent=44").status_code == 400


def test_stores_and_programmes_within_reach(shop: Api, rival: Api, platform: Api) -> None:
    assert [row["code"] for row in shop.get("/stores").json()["data"]] == ["S001"]
    assert [row["code"] for row in shop.get("/programmes").json()["data"]] == ["s001"]
    assert [row["code"] for row in platform.get("/stores").json()["data"]] == ["S001", "S002"]
    one_id = shop.post("/members", bodies.member()).json()["one_id"]
    membership = shop.get(f"/programmes/s001/members/{one_id}").json()
    assert (membership["programme"], membership["status"], membership["store"]) == ("s001", "active", "S001")
    stranger = platform.get(f"/programmes/s002/members/{one_id}")
    assert (stranger.status_code, stranger.json()["code"]) == (404, "not_a_member")
