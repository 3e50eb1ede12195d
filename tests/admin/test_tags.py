"""Tags in the back office: rules in boxes, drafts, publishing, the panel, runs and their trial (TAG-01, TAG-02, TAG-10, TAG-15, TAG-16)."""

import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core import jobs
from core.enums import VersionState
from core.masking import Role
from core.models import Job
from core.words import local
from members.models import Member
from stores.models import Membership
from tags.enums import TagGroup
from tags.models import MemberTag, Segment, Tag, TagRun, TagVersion
from tags.services import facts, runs, tags, versions
from tags.services.tags import TagIn
from tests.admin.conftest import Sit, Street
from tests.admin.tag_rows import WOMEN, publish
from tests.admin.test_budgets import statements

BOUGHT = {"bought": {"by": "category", "value": "母婴/奶粉", "days": 180, "figure": "average_price"}}
RULES: list[Any] = [
    {"and": [WOMEN]},
    {"and": [{"has_child": {"months": [12, 36]}}, {"<=": [24000, BOUGHT, 36000]}]},
    {"or": [{"has_child": {"months": [0, 6], "gender": "male"}}, {"!": {"has_tag": "picky"}}]},
    {
        "and": [
            {">=": [{"var": "discount_share"}, 625]},
            {"in": [{"var": "gender"}, ["male", "female"]]},
            {"!": {"missing": {"var": "age"}}},
        ]
    },
    {"!": {"or": [{"missing": {"var": "age"}}, {"==": [{"var": "marketing"}, False]}]}},
    {"!": {"and": [WOMEN, {"in": [{"var": "age"}, [20, 30]]}]}},
    {
        "and": [
            {"or": [{">": [{"did": {"event": "view", "days": 7, "figure": "count"}}, 3]}, {"==": [{"var": "top_brand"}, "A"]}]},
            {"<": [{"did": {"event": "cart_add", "by": "category", "value": "女装", "days": 30, "figure": "last_days"}}, 5]},
        ]
    },
    {"and": [{">=": [{"derived": {"name": "megt_pay_ord_6m"}}, 3]}, {">": [{"var": "rfm_value"}, 3600]}]},
]


class Boxes(HTMLParser):
    """What a browser would send of a page's forms: texts, hidden ones, days and times, and what is selected."""

    TYPES = ("text", "hidden", "date", "time")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self._select = ""
        self._first: str | None = None
        self._is_many = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "input" and said.get("type", "text") in self.TYPES and "name" in said:
            self.sent.setdefault(said["name"], []).append(said.get("value", ""))
        if tag == "select":
            self._select, self._first, self._is_many = said.get("name", ""), None, "multiple" in said
        if tag == "option" and self._select:
            self._first = said.get("value", "") if self._first is None else self._first
            if "selected" in said:
                self.sent.setdefault(self._select, []).append(said.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select:
            if self._select not in self.sent and not self._is_many and self._first is not None:
                self.sent[self._select] = [self._first]
            self._select = ""


def draft(street: Street, rule: Any) -> TagVersion:
    """The draft of our shop's tag, with another rule."""
    version = TagVersion.objects.get(pk=street.ours.ids["tag_version_id"])
    return versions.change_draft(version_id=version.pk, rule=rule, actor="test", at=street.now)


def boxes(client: Client, version: TagVersion) -> dict[str, list[str]]:
    return Boxes(client.get(reverse("admin:tags_version", args=[version.pk])).content.decode()).sent


def test_every_rule_is_drawn_and_saved_as_it_was(street: Street, sit: Sit) -> None:
    """TAG-03: nested groups, money, shares, choices, figures, tags, children and derived variables come back as they went."""
    client = sit(street.staff[Role.OPERATOR])
    Tag.objects.create(programme=street.ours.store.programme, code="picky", name="picky", group="service", kind="manual")
    for rule in RULES:
        version = draft(street, rule)
        answer = client.post(reverse("admin:tags_version", args=[version.pk]), {**boxes(client, version), "action": "save"})
        assert answer.status_code == 302, rule
        version.refresh_from_db()
        assert version.rule == rule


def test_a_box_that_cannot_be_read_is_named_and_nothing_is_kept(street: Street, sit: Sit) -> None:
    client, version = sit(street.staff[Role.OPERATOR]), draft(street, {"and": [WOMEN]})
    path = reverse("admin:tags_version", args=[version.pk])
    said = boxes(client, version) | {"c:0.0:what": ["var:amount_365"], "c:0.0:op": [">="], "c:0.0:v1": ["three hundred"]}
    page = client.post(path, {**said, "action": "save"})
    assert page.status_code == 400
    assert "A number, please." in page.content.decode()
    said["c:0.0:v1"] = ["300.005"]
    assert "Too many decimal places." in client.post(path, {**said, "action": "save"}).content.decode()
    version.refresh_from_db()
    assert version.rule == {"and": [WOMEN]}
    said["c:0.0:v1"] = ["300.5"]
    assert client.post(path, {**said, "action": "save"}).status_code == 302
    version.refresh_from_db()
    assert version.rule == {"and": [{">=": [{"var": "amount_365"}, 30050]}]}


def test_two_people_do_not_save_over_each_other(street: Street, sit: Sit) -> None:
    client, version = sit(street.staff[Role.OPERATOR]), draft(street, {"and": [WOMEN]})
    said = boxes(client, version)
    draft(street, RULES[1])
    page = client.post(reverse("admin:tags_version", args=[version.pk]), {**said, "action": "save"})
    assert (page.status_code, "Somebody else has changed this draft" in page.content.decode()) == (400, True)
    version.refresh_from_db()
    assert version.rule == RULES[1]


def test_the_editor_adds_and_takes_away_without_scripts_and_with_them(street: Street, sit: Sit) -> None:
    client, version = sit(street.staff[Role.OPERATOR]), draft(street, {"and": [WOMEN]})
    said = boxes(client, version)
    programme = f"?programme={street.ours.store.programme.code}"
    for address in (reverse("admin:tags_version", args=[version.pk]), reverse("admin:tags_rule_draw") + programme):
        grown = client.post(address, {**said, "action": "group:0"}).content.decode()
        assert 'data-group="0.1"' in grown
        assert 'data-condition="0.1.0"' in grown
        shrunk = client.post(address, {**Boxes(grown).sent, "action": "remove:0.0"}).content.decode()
        assert 'data-group="0.0"' in shrunk
        assert 'data-condition="0.1"' not in shrunk
    version.refresh_from_db()
    assert version.rule == {"and": [WOMEN]}


def test_the_count_and_the_samples_are_those_of_the_rule(street: Street, sit: Sit) -> None:
    """TAG-07: before anything is saved, with the values that matched."""
    client, ours = sit(street.staff[Role.OPERATOR]), street.ours
    Member.objects.filter(pk=ours.member_id).update(gender="female")
    facts.fill(ours.store.programme_id, street.now)
    said = boxes(client, draft(street, {"and": [WOMEN]}))
    programme = f"?programme={ours.store.programme.code}"
    assert 'data-members="1"' in client.post(reverse("admin:tags_rule_count") + programme, said).content.decode()
    preview = client.post(reverse("admin:tags_rule_preview") + programme, said).content.decode()
    assert 'data-previewed="1"' in preview
    assert Membership.objects.get(member_id=ours.member_id, programme=ours.store.programme).member_no in preview
    assert "female" in preview
    assert "gender" in client.post(reverse("admin:tags_rule_says") + programme, said).content.decode()
    assert not MemberTag.objects.filter(tag_id=ours.ids["tag_id"]).exists()


def test_what_cannot_be_read_is_said_beside_its_box_while_somebody_types(street: Street, sit: Sit) -> None:
    """An empty box is not blamed yet; letters in a number, and months that end before they begin, are."""
    client, programme = sit(street.staff[Role.OPERATOR]), f"?programme={street.ours.store.programme.code}"
    said = boxes(client, draft(street, {"and": [{"has_child": {"months": [12, 36]}}, {">=": [{"var": "amount_365"}, 100_000]}]}))

    def beside(**typed: str) -> list[tuple[str, str]]:
        text = client.post(reverse("admin:tags_rule_says") + programme, said | typed).content.decode()
        return re.findall(r'id="wrong-0-(\d)" hx-swap-oob="innerHTML">(?:<p[^>]*>(.*?)</p>)?', text)

    assert beside() == [("0", ""), ("1", "")]
    assert beside(**{"c:0.0:low": "36", "c:0.0:high": "12"}) == [("0", "The end must be later than the beginning."), ("1", "")]
    assert beside(**{"c:0.1:v1": "abc"}) == [("0", ""), ("1", "A number, please.")]
    assert beside(**{"c:0.1:v1": ""}) == [("0", ""), ("1", "")]
    drawn = client.post(reverse("admin:tags_rule_draw") + programme, {**said, "c:0.1:v1": "abc", "action": "condition:0"}).content.decode()
    assert drawn.count('class="gx-error"') == 1
    assert 'data-missing="1"' in drawn
    assert 'data-unread="1"' in drawn


def test_an_edition_says_what_it_changed(street: Street, sit: Sit) -> None:
    """TAG-16."""
    client, tag = sit(street.staff[Role.OPERATOR]), Tag.objects.get(pk=street.ours.ids["tag_id"])
    draft(street, {"and": [WOMEN, {">=": [{"var": "age"}, 20]}]})
    publish(tag, at=street.now)
    address = reverse("admin:tags_tag_draft", args=[tag.pk])
    second = TagVersion.objects.get(pk=int(client.post(address)["Location"].rstrip("/").rpartition("/")[2]))
    versions.change_draft(version_id=second.pk, rule={"and": [WOMEN, {">=": [{"var": "age"}, 30]}]}, actor="test", at=street.now)
    page = client.get(reverse("admin:tags_version", args=[second.pk]))
    assert [mark for mark, _words in page.context["changes"]] == ["same", "gone", "new"]
    assert "30" in page.context["changes"][2][1]
    assert client.post(reverse("admin:tags_version_discard", args=[second.pk])).status_code == 302
    assert list(TagVersion.objects.filter(tag=tag).values_list("state", flat=True)) == [VersionState.PUBLISHED]


def test_tags_are_filtered_by_their_group(street: Street, sit: Sit) -> None:
    """TAG-08: all six groups, and each alone."""
    client, programme = sit(street.staff[Role.OPERATOR]), street.ours.store.programme
    for group in TagGroup:
        Tag.objects.create(programme=programme, code=f"of-{group.value}", name=group.value, group=group, kind="manual")
    asked = {group.value: [group.value] for group in TagGroup} | {"": [group.value for group in TagGroup]}
    for one, shown in asked.items():
        page = client.get(reverse("admin:tags_tags"), {"programme": programme.code, "group": one, "kind": "manual"})
        assert [family.value for family, _rows in page.context["groups"]] == shown
        assert re.findall(r'data-group="(\w+)"', page.content.decode()) == shown


def test_publishing_tags_by_the_next_run_and_retiring_takes_away(street: Street, sit: Sit) -> None:
    """TAG-01, TAG-15."""
    client, tag = sit(street.staff[Role.OPERATOR]), Tag.objects.get(pk=street.ours.ids["tag_id"])
    Member.objects.filter(pk=street.ours.member_id).update(gender="female")
    facts.fill(tag.programme_id, street.now)
    version = draft(street, {"and": [WOMEN]})
    page = client.get(reverse("admin:tags_version_publish", args=[version.pk]))
    assert 'data-members="1"' in page.content.decode()
    assert client.post(reverse("admin:tags_version_publish", args=[version.pk])).status_code == 302
    runs.run_waiting(now=lambda: street.now)
    assert MemberTag.objects.filter(tag=tag, ended_at=None).count() == 1
    page = client.get(reverse("admin:tags_tag", args=[tag.pk]))
    assert page.context["days"][-1][1] == 1
    assert 'data-added="1" data-removed="0"' in page.content.decode()
    TagRun.objects.create(
        programme=tag.programme, reason="changes", as_of_on=street.now.date(), state="done", created_at=street.now + timedelta(seconds=30),
        result={"added": {str(tag.pk + 1): 5}, "removed": {}},
    )  # fmt: skip
    page = client.get(reverse("admin:tags_tag", args=[tag.pk]))
    assert 'data-added="1" data-removed="0"' in page.content.decode()  # what others got is not said here
    assert client.post(reverse("admin:tags_tag_retire", args=[tag.pk]), {"reason": "no longer needed"}).status_code == 302
    runs.run_waiting(now=lambda: street.now + timedelta(minutes=1))
    assert not MemberTag.objects.filter(tag=tag, ended_at=None).exists()


def test_the_menu_shows_where_the_pages_of_a_tag_belong(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.OPERATOR])
    version = TagVersion.objects.filter(tag_id=street.ours.ids["tag_id"]).latest("pk")
    for page in (reverse("admin:tags_tag", args=[version.tag_id]), reverse("admin:tags_version", args=[version.pk])):
        groups = client.get(page).context["sidebar_navigation"]
        assert [item["link"] for group in groups for item in group["items"] if item["active"]] == [reverse("admin:tags_tags")]


def test_a_draft_that_says_nothing_cannot_be_published(street: Street, sit: Sit) -> None:
    client, version = sit(street.staff[Role.OPERATOR]), draft(street, {})
    page = client.get(reverse("admin:tags_version_publish", args=[version.pk]))
    assert page.context["errors"]
    client.post(reverse("admin:tags_version_publish", args=[version.pk]))
    version.refresh_from_db()
    assert version.state == VersionState.DRAFT


def test_service_gives_and_takes_tags_with_a_reason(street: Street, sit: Sit) -> None:
    """CSL-15, TAG-02: only with a reason, and kept with who did it."""
    client, ours = sit(street.staff[Role.CUSTOMER_SERVICE]), street.ours
    tag = Tag.objects.get(pk=ours.ids["tag_id"])
    address = reverse("admin:tags_give", args=[ours.ids["membership_id"]])
    assert client.post(address, {"tag": tag.pk, "reason": "ok"}).status_code == 400
    assert not MemberTag.objects.filter(tag=tag).exists()
    assert client.post(address, {"tag": tag.pk, "reason": "asked for it"}).status_code == 302
    given = MemberTag.objects.get(tag=tag)
    assert (given.source, given.reason, given.started_by) == ("staff", "asked for it", f"staff:{street.staff[Role.CUSTOMER_SERVICE].pk}")
    again = client.post(address, {"tag": tag.pk, "reason": "asked once more"}, follow=True, headers={"accept-language": "en"})
    since, said = local(given.started_at, ours.store.programme.time_zone), again.content.decode()
    assert f"has had this tag by hand since {since} already" in said
    assert "the earlier reason stays: asked for it" in said
    assert MemberTag.objects.get(tag=tag).reason == "asked for it"
    assert client.post(reverse("admin:tags_take", args=[given.pk]), {"reason": "given by mistake"}).status_code == 302
    given.refresh_from_db()
    assert (given.ended_at is None, given.end_reason) == (False, "given by mistake")
    panel = client.get(reverse("admin:members_member_panel", args=[ours.member_id, "tags"])).content.decode()
    assert "given by mistake" in panel


def test_a_segment_is_kept_only_when_its_rule_is_sound(street: Street, sit: Sit) -> None:
    """TAG-10."""
    client, programme = sit(street.staff[Role.OPERATOR]), street.ours.store.programme
    address = reverse("admin:tags_segment_add") + f"?programme={programme.code}"
    said = Boxes(client.get(address).content.decode()).sent | {"name": ["女性"], "code": ["women"], "action": ["save"]}
    assert client.post(address, said).status_code == 400
    assert not Segment.objects.filter(code="women").exists()
    said |= {"c:0.0:what": ["var:gender"], "c:0.0:op": ["=="], "c:0.0:v1": ["female"]}
    assert client.post(address, said).status_code == 302
    segment = Segment.objects.get(code="women")
    assert (segment.rule, segment.members) == ({"and": [WOMEN]}, 0)


def test_a_trial_shows_what_a_run_would_do_and_writes_nothing(street: Street, sit: Sit) -> None:
    client, tag = sit(street.staff[Role.OPERATOR]), Tag.objects.get(pk=street.ours.ids["tag_id"])
    draft(street, {"and": [WOMEN]})
    publish(tag, at=street.now)
    Member.objects.filter(pk=street.ours.member_id).update(gender="female")
    facts.fill(tag.programme_id, street.now)
    before = MemberTag.objects.count()
    answer = client.post(reverse("admin:tags_trial_start") + f"?programme={street.ours.store.programme.code}")
    job = Job.objects.latest("pk")
    assert answer["Location"] == reverse("admin:tags_trial", args=[job.pk])
    assert 'data-job-state="queued"' in client.get(answer["Location"]).content.decode()
    jobs.run(job.pk, now=lambda: street.now)
    page = client.get(answer["Location"]).content.decode()
    assert f'data-tried="{tag.code}"' in page
    assert client.get(reverse("admin:tags_trial_progress", args=[job.pk]))["HX-Refresh"] == "true"
    assert MemberTag.objects.count() == before


def test_a_list_of_people_is_tagged_after_a_dry_run(street: Street, sit: Sit) -> None:
    """TAG-02."""
    client, ours = sit(street.staff[Role.OPERATOR]), street.ours
    one_id = Member.objects.get(pk=ours.member_id).one_id
    file = SimpleUploadedFile("people.csv", f"one_id\n{one_id}\n".encode())
    address = reverse("admin:tags_upload", args=[ours.ids["tag_id"]])
    assert client.post(address, {"upload": file, "reason": "list of the shop", "dry_run": "on"}).status_code == 302
    job = Job.objects.latest("pk")
    jobs.run(job.pk, now=lambda: street.now)
    job.refresh_from_db()
    assert (job.result["tagged"], job.result["refused"]) == (1, 0)
    assert not MemberTag.objects.filter(tag_id=ours.ids["tag_id"]).exists()


def test_run_now_leaves_a_row_and_says_what_came_and_went(street: Street, sit: Sit) -> None:
    client, programme = sit(street.staff[Role.OPERATOR]), street.ours.store.programme
    TagRun.objects.filter(programme=programme).delete()
    for _twice in range(2):
        assert client.post(reverse("admin:tags_run") + f"?programme={programme.code}").status_code == 302
    [run] = TagRun.objects.filter(programme=programme)
    runs.run_waiting(now=lambda: street.now)
    line = client.get(reverse("admin:tags_run_progress", args=[run.pk])).content.decode()
    assert 'data-run-state="done"' in line


@pytest.mark.parametrize("name", ["tags_tags", "tags_segments", "tags_runs"])
def test_lists_of_tags_cost_the_same_with_one_row_and_with_many(street: Street, sit: Sit, name: str) -> None:
    """R22."""
    client, programme = sit(street.staff[Role.OPERATOR]), street.ours.store.programme
    address = reverse(f"admin:{name}") + f"?programme={programme.code}"
    few = statements(client, address)
    for number in range(12):
        tag = tags.create_tag(
            programme_id=programme.pk, code=f"more{number}", kind="auto", said=TagIn(f"多{number}"), rule={"and": [WOMEN]},
            actor="test", at=street.now,
        )  # fmt: skip
        if number == 0:
            publish(tag, at=street.now)
        TagRun.objects.create(programme=programme, reason="by_hand", as_of_on=street.now.date(), state="done", created_at=street.now)
        Segment.objects.create(programme=programme, code=f"s{number}", name=f"群{number}", rule=WOMEN)
    assert statements(client, address) <= few + 2
    assert few <= 18
