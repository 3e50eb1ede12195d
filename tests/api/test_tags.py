"""Tags as programs of the shop see them: what a member has and why, tags by hand, segments and who is in them."""

from typing import Any

import pytest

from core.models import OutboxMessage
from stores.models import Programme
from tags.models import MemberTag, Tag
from tags.services import giving
from tests.api import bodies, tagged
from tests.api.callers import Api, client_of
from tests.api.levelled import membership
from tests.world import NOW, store

pytestmark = pytest.mark.django_db
HOUR = "2024-05-20T10:00:00+08:00"
COMPLETED = {"status": "completed", "completed_at": "2024-05-05T10:00:00+08:00"}


@pytest.fixture
def programme(shop: Api) -> Programme:
    return tagged.tagged(store("S001").programme)


@pytest.fixture
def one_id(shop: Api, programme: Programme) -> str:
    """张三, who has bought once."""
    made = str(shop.post("/members", bodies.member()).json()["one_id"])
    assert shop.post("/orders", bodies.order("O1", of={"one_id": made}, **COMPLETED)).status_code == 201
    tagged.judged()
    return made


@pytest.fixture
def at(one_id: str) -> str:
    return f"/programmes/s001/members/{one_id}/tags"


def ok(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.json()
    return answer.json()


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_what_a_member_has_and_by_which_values(shop: Api, at: str, programme: Programme, one_id: str) -> None:
    """TAG-16, design section 8: each tag with its rule's version and what matched."""
    tagged.give(programme, "picky", membership("s001", one_id).pk)
    [buyer, picky] = ok(shop.get(at, HTTP_ACCEPT_LANGUAGE="en"))["data"]
    assert buyer == {
        "code": "buyer",
        "name": "买过东西",
        "group": "consumption",
        "kind": "auto",
        "colour": "",
        "since": HOUR,
        "by_rule": {"source": "rule", "since": HOUR, "until": None, "rule_version": 1, "reason": ""},
        "by_hand": None,
        "values": [{"label": "orders in all", "value": "1"}],
    }
    assert (picky["code"], picky["by_rule"], picky["by_hand"]["reason"]) == ("picky", None, "三次要求换货")
    assert ok(shop.get(f"/members/{one_id}/portrait", HTTP_ACCEPT_LANGUAGE="en"))["tags"] == [buyer, picky]


def test_a_tag_by_hand_is_given_once_and_taken(shop: Api, at: str) -> None:
    """TAG-02: PUT means the same when it is sent twice; DELETE too."""
    first = ok(shop.put(f"{at}/picky", {"reason": "三次要求换货"}))
    given = {"source": "client", "since": HOUR, "until": None, "rule_version": None, "reason": "三次要求换货"}
    assert first == {"code": "picky", "by_hand": given, "applied": True}
    assert ok(shop.put(f"{at}/picky", {})) == {"code": "picky", "by_hand": given, "applied": False}
    assert shop.delete(f"{at}/picky").status_code == 204
    assert shop.delete(f"{at}/picky").status_code == 204
    [past] = [row for row in ok(shop.get(at.removesuffix("s") + "-history"))["data"] if row["code"] == "picky"]
    assert (past["since"], past["until"], past["source"]) == (HOUR, HOUR, "client")


def test_what_a_rule_gave_stays_when_the_hand_takes(shop: Api, at: str) -> None:
    """A-34: the two go by themselves."""
    ok(shop.put(f"{at}/buyer", {}))
    [buyer] = ok(shop.get(at))["data"]
    assert buyer["by_rule"] and buyer["by_hand"]
    shop.delete(f"{at}/buyer")
    [buyer] = ok(shop.get(at))["data"]
    assert buyer["by_rule"] and buyer["by_hand"] is None


def test_who_is_never_to_have_it_is_refused(shop: Api, at: str, programme: Programme, one_id: str) -> None:
    """A-34."""
    tag = Tag.objects.get(programme=programme, code="picky")
    giving.exclude(membership_ids=[membership("s001", one_id).pk], tag_id=tag.pk, reason="本人不愿意", actor="staff:1", at=NOW)
    answer = shop.put(f"{at}/picky", {})
    assert refused(answer) == (409, "tag_never_given")
    assert answer.json()["reason"] == "本人不愿意"
    assert not MemberTag.objects.filter(tag=tag).exists()


def test_an_unknown_tag_an_unknown_segment_and_a_foreign_member(shop: Api, rival: Api, at: str) -> None:
    assert refused(shop.put(f"{at}/nothing", {})) == (404, "tag_not_found")
    assert refused(shop.get(f"{at}/nothing/why")) == (404, "tag_not_found")
    assert refused(shop.get("/programmes/s001/segments/nothing/members")) == (404, "segment_not_found")
    assert rival.get(at).status_code == rival.put(f"{at}/picky", {}).status_code == rival.delete(f"{at}/picky").status_code == 404
    assert rival.get("/programmes/s001/tags").status_code == rival.get("/programmes/s001/segments/buyers/members").status_code == 404
    assert not MemberTag.objects.filter(tag__code="picky").exists()


def test_why_says_each_line_with_what_is_known(shop: Api, at: str, one_id: str) -> None:
    """TAG-16: the rule in force in words, whether it holds, and whether the next run will change something."""
    found = ok(shop.get(f"{at}/buyer/why", HTTP_ACCEPT_LANGUAGE="en"))
    assert (found["has"], found["matches"], found["behind"], found["rule_version"], found["as_of"]) == (True, True, False, 1, "2024-05-20")
    assert found["lines"] == [{"words": found["rule"], "value": "1", "holds": True, "depth": 0}]
    assert found["values"] == [{"label": "orders in all", "value": "1"}]
    newcomer = ok(shop.post("/members", bodies.member("13900139000")), 201)["one_id"]
    tagged.judged()
    found = ok(shop.get(f"/programmes/s001/members/{newcomer}/tags/buyer/why"))
    assert (found["has"], found["matches"], found["behind"], found["lines"][0]["value"]) == (False, False, False, "0")
    picky = ok(shop.get(f"{at}/picky/why"))
    assert (picky["has"], picky["rule"], picky["matches"], picky["lines"]) == (False, None, None, [])


def test_the_tags_of_a_programme_with_their_rules_in_words(shop: Api, programme: Programme) -> None:
    found = ok(shop.get("/programmes/s001/tags?kind=auto", HTTP_ACCEPT_LANGUAGE="en"))
    [buyer] = found["data"]
    assert (buyer["code"], buyer["rule_version"], buyer["priority"]) == ("buyer", 1, 5)
    assert "orders in all" in buyer["rule"]
    assert [row["code"] for row in ok(shop.get("/programmes/s001/tags?group=service"))["data"]] == ["picky"]


def test_a_segments_members_are_those_its_count_counts(shop: Api, programme: Programme) -> None:
    """TAG-10: the count and the list agree; the list goes on page by page."""
    made = []
    for number in range(3):
        one_id = ok(shop.post("/members", bodies.member(f"1390013900{number}")), 201)["one_id"]
        assert shop.post("/orders", bodies.order(f"O{number}", of={"one_id": one_id}, **COMPLETED)).status_code == 201
        made.append(one_id)
    ok(shop.post("/members", bodies.member("13900139009")), 201)
    tagged.judged()
    assert ok(shop.get("/programmes/s001/segments/buyers"))["members"] == 3
    assert [row["members"] for row in ok(shop.get("/programmes/s001/segments"))["data"]] == [3]
    first = ok(shop.get("/programmes/s001/segments/buyers/members?limit=2"))
    second = ok(shop.get(f"/programmes/s001/segments/buyers/members?limit=2&cursor={first['next_cursor']}"))
    assert [row["one_id"] for row in first["data"] + second["data"]] == made
    assert second["next_cursor"] is None


def test_a_programme_without_tags_has_no_such_address(shop: Api, at: str, programme: Programme) -> None:
    """STO-10."""
    Programme.objects.filter(pk=programme.pk).update(tags_on=False)
    for path in (at, f"{at}/buyer/why", "/programmes/s001/tags", "/programmes/s001/segments", "/programmes/s001/segments/buyers/members"):
        assert refused(shop.get(path)) == (404, "not_found")
    assert refused(shop.put(f"{at}/picky", {})) == (404, "not_found")


def test_reading_needs_one_scope_and_tagging_another(programme: Programme, one_id: str) -> None:
    reader = client_of(store("S001"), "tags:read")
    at = f"/programmes/s001/members/{one_id}/tags"
    assert reader.get(at).status_code == 200
    assert refused(reader.put(f"{at}/picky", {})) == (403, "missing_scope")


def test_a_store_hears_of_its_own_tags(shop: Api, at: str, one_id: str) -> None:
    """SF-3: tag.changed, one message a member and change, of the store's programme."""
    OutboxMessage.objects.all().delete()
    ok(shop.put(f"{at}/picky", {}))
    [told] = OutboxMessage.objects.filter(topic="tag.changed")
    assert told.payload == {"one_id": one_id, "programme": "s001", "added": ["picky"], "removed": []}
    assert told.store_ids == [store("S001").pk]
