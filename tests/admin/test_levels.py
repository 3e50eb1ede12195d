"""The back office of levels: who reaches which programme, drafts that lose nothing, publishing, approvals, previews (OP-1, OP-2, CS-4)."""

import html
import re
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from core import clock, jobs
from core.enums import VersionState
from core.masking import Role
from core.models import EffectSkipped, Job
from growth import links
from growth.admin import scheme_forms
from growth.enums import BenefitNature, OverrideState, Track
from growth.models import (
    Benefit,
    GiftItem,
    GrowthEntry,
    Level,
    LevelOverride,
    LevelTerms,
    MemberLevel,
    RfmRun,
    RfmVersion,
    RuleSet,
    SchemeVersion,
)
from growth.selectors import levels
from growth.selectors import schemes as selectors
from members.models import Member
from stores.enums import StaffRole
from stores.models import Membership
from tests import world
from tests.admin.conftest import Sit, Street
from tests.admin.growth_rows import skip

LISTS = (
    "growth_distribution",
    "growth_schemes",
    "growth_planner",
    "growth_rules",
    "growth_rfm",
    "growth_reviews",
    "growth_benefits",
    "growth_plans",
    "growth_overrides",
    "growth_matches",
    "growth_gifts",
    "growth_notices",
    "growth_skipped",
)
WRITES = ("growth_scheme_draft", "growth_rfm_draft", "growth_rfm_run", "growth_review_run", "growth_rules_draft", "growth_planner")


def page(client: Client, name: str, *args: Any, **query: str) -> str:
    answer = client.get(reverse(f"admin:{name}", args=args), query)
    assert answer.status_code == 200, (name, answer.status_code)
    return str(answer.content.decode())


def sent(form: Any) -> dict[str, str]:
    """What a browser sends of a form as it was drawn."""
    values = {box.html_name: box.value() for box in form}
    typed = {name: value for name, value in values.items() if value is not None and value is not False and value != ""}
    return {name: "on" if value is True else str(value) for name, value in typed.items()}


def boxes(client: Client, version_id: int) -> dict[str, str]:
    """What the editor of a draft would send if somebody pressed a button at once."""
    form = client.get(reverse("admin:growth_version", args=[version_id])).context["boxes"]
    said: dict[str, str] = {"seen": client.get(reverse("admin:growth_version", args=[version_id])).context["seen"]}
    parts = [form.upward, form.downward]
    for level in form.levels:
        parts += [level.form, *level.gifts, *level.benefits]
    for part in parts:
        said |= sent(part)
    return said


@pytest.mark.parametrize("name", LISTS)
def test_a_list_shows_ones_own_programme_and_no_other(street: Street, sit: Sit, name: str) -> None:
    client = sit(street.staff[Role.OPERATOR])
    own = page(client, name)
    assert street.ours.store.programme.name in own
    assert street.theirs.store.programme.name not in own
    for code in (street.theirs.store.programme.code, "platform", "nowhere"):
        assert client.get(reverse(f"admin:{name}"), {"programme": code}).status_code == 404


@pytest.mark.parametrize("name", WRITES)
def test_op_1_6_an_operator_starts_nothing_in_another_programme(street: Street, sit: Sit, name: str) -> None:
    """OP-1.6: a change to another programme's scheme is refused and nothing has changed."""
    SchemeVersion.objects.filter(state=VersionState.DRAFT).delete()
    before = [model.objects.count() for model in (SchemeVersion, RfmVersion, RuleSet, RfmRun)]
    client = sit(street.staff[Role.OPERATOR])
    address = f"{reverse(f'admin:{name}')}?programme={street.theirs.store.programme.code}"
    answer = client.post(address, {"track": "free", "month": "2024-03", "on": "2024-05-02", "shares": "60/25/10/4/1"})
    assert answer.status_code == 404
    assert [model.objects.count() for model in (SchemeVersion, RfmVersion, RuleSet, RfmRun)] == before


def test_an_operator_of_one_of_two_stores_may_not_change_their_programme(street: Street, sit: Sit) -> None:
    world.store("S101", programme_id=street.ours.store.programme_id)
    client = sit(street.staff[Role.OPERATOR])
    page(client, "growth_schemes")
    assert client.get(reverse("admin:growth_version_publish", args=[street.ours.ids["version_id"]])).status_code == 403


def test_lvl_24_every_level_has_its_five_sections(street: Street, sit: Sit) -> None:
    """LVL-24: basic information, gift pack, upgrade rule, downgrade rule, benefits; for reading and for editing."""
    client = sit(street.staff[Role.OPERATOR])
    draft = SchemeVersion.objects.get(pk=street.ours.ids["version_id"])
    assert draft.based_on_id is not None
    for version_id in (draft.pk, draft.based_on_id):
        text = page(client, "growth_version", version_id)
        for heading in ("Basic information", "Upgrade gift pack", "Upgrade rule", "Downgrade rule", "Benefits"):
            assert text.count(f"<h3>{heading}</h3>") == 5, (version_id, heading)


def test_saving_a_draft_as_it_is_changes_nothing(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.OPERATOR])
    version_id = street.ours.ids["version_id"]
    before = selectors.terms_of(version_id)
    answer = client.post(reverse("admin:growth_version", args=[version_id]), {**boxes(client, version_id), "action": "save"})
    assert answer.status_code == 302
    assert selectors.terms_of(version_id) == before


def test_half_a_point_of_growth_value_is_refused_beside_its_box(street: Street, sit: Sit) -> None:
    """What is counted in whole numbers is not cut without a word; an amount of money may have its cents."""
    client, version_id = sit(street.staff[Role.OPERATOR]), street.ours.ids["version_id"]
    address = reverse("admin:growth_version", args=[version_id])
    before = selectors.terms_of(version_id)
    answer = client.post(address, {**boxes(client, version_id), "L1-threshold": "2500.5", "action": "save"})
    assert answer.status_code == 400
    assert "Enter a whole number." in answer.content.decode().split('data-field="L1-threshold"')[1].split("</div>")[0]
    assert selectors.terms_of(version_id) == before
    in_money = {**boxes(client, version_id), "basis": "spend", "window_days": "365", "L1-threshold": "2500.50", "action": "save"}
    assert client.post(address, in_money).status_code == 302
    assert selectors.terms_of(version_id).by_rank[1].threshold == 250_050


def test_a_price_with_thousandths_is_refused() -> None:
    assert scheme_forms._prices("NF03 12.30") == {"NF03": 1230}
    with pytest.raises(ValidationError, match="12.345"):
        scheme_forms._prices("NF03 12.345")


def test_gifts_without_boxes_and_benefits_switched_off_are_kept_until_taken_out(street: Street, sit: Sit) -> None:
    """LVL-24, ruling 11: a kind of gift that no app gives yet waits for the app that gives it; saving another level loses neither."""
    client = sit(street.staff[Role.OPERATOR])
    version_id = street.ours.ids["version_id"]
    silver = LevelTerms.objects.get(version_id=version_id, level__code="L2")
    GiftItem.objects.create(terms=silver, position=2, kind="voucher", payload={"shop": "茶", "worth": 30})
    Benefit.objects.filter(programme=street.ours.store.programme, code="discount").update(is_active=False)
    before = selectors.terms_of(version_id)
    address = reverse("admin:growth_version", args=[version_id])
    text = page(client, "growth_version", version_id)
    assert 'data-other-gift="voucher"' in text
    assert "switched off" in text
    client.post(address, {**boxes(client, version_id), "L3-threshold": "19000", "action": "save"})
    after = selectors.terms_of(version_id)
    assert [level.gifts for level in after.levels] == [level.gifts for level in before.levels]
    assert [level.benefits for level in after.levels] == [level.benefits for level in before.levels]
    said = boxes(client, version_id)
    assert said.pop("L2-gift-1-is_kept") == "on"
    client.post(address, {**said, "action": "save"})
    packs = {level.code: [gift.kind for gift in level.gifts] for level in selectors.terms_of(version_id).levels}
    assert packs["L2"] == ["coupon"]


def test_levels_stand_lowest_first_on_every_page(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.OPERATOR])
    draft = SchemeVersion.objects.get(pk=street.ours.ids["version_id"])
    assert draft.based_on_id is not None
    pages = {
        "editor": page(client, "growth_version", draft.pk),
        "published": page(client, "growth_version", draft.based_on_id),
        "distribution": page(client, "growth_distribution"),
    }
    for name, text in pages.items():
        assert re.findall(r'data-level="(L\d)"', text) == ["L0", "L1", "L2", "L3", "L4"], name


def test_what_could_not_be_given_is_listed_by_kind_reason_and_state(street: Street, sit: Sit) -> None:
    """Ruling 4: growth, points and coupons in one list, in words, with the way to the member."""
    client, now = sit(street.staff[Role.OPERATOR]), street.now
    membership = Membership.objects.get(pk=street.ours.ids["membership_id"])
    skip(membership, "PT-1", at=now, kind="points", code="points_off", points=12)
    skip(membership, "GR-2", at=now, code="places_taken", spu="SPU-9", first_members=10)
    EffectSkipped.objects.filter(values__order_no="GR-2").update(settled_at=now)

    def listed(**query: str) -> list[tuple[str, str]]:
        rows = client.get(reverse("admin:growth_skipped"), query).context["rows"]
        return [(str(each["what"]), str(each["why"])) for each in rows]

    ours = (f"order 跳{street.ours.tag}", "the member was frozen")
    points = ("order PT-1 (+12)", "points are switched off in this programme")
    settled = ("order GR-2", "the first 10 places of product SPU-9 were taken")
    assert listed() == [points, ours]
    assert listed(kind="points") == [points]
    assert listed(reason="member_frozen") == [ours]
    assert listed(state="settled") == [settled]
    assert listed(state="", kind="growth") == [settled, ours]
    assert listed(kind="nothing", state="open") == [points, ours]
    text = page(client, "growth_skipped")
    assert reverse("admin:members_member_change", args=[membership.member_id]) in text
    assert "the first … places of product … were taken" in text


def test_places_that_were_taken_do_not_wait_for_ever(street: Street, sit: Sit) -> None:
    """Nor does history that came after live entries: both have a state of their own, and are not among what is missing."""
    client, membership = sit(street.staff[Role.OPERATOR]), Membership.objects.get(pk=street.ours.ids["membership_id"])
    EffectSkipped.objects.all().delete()
    skip(membership, "GR-3", at=street.now, code="places_taken", spu="SPU-9", first_members=10)
    skip(membership, "PT-3", at=street.now, kind="points", code="history_closed", points=12)
    assert "Nothing is missing." in page(client, "growth_skipped")
    for state in ("final", ""):
        text = page(client, "growth_skipped", state=state)
        assert text.count("never given</span>") == 2
        assert "gx-warning" not in text.split("<tbody>")[1]
    assert 'data-skipped="' not in page(client, "growth_skipped", state="settled")


def test_the_months_of_rfm_stand_on_the_growth_panel(street: Street, sit: Sit) -> None:
    """GRW-11: growth by activity and by RFM, and the change of the month, 75 + 90 = 165."""
    text = page(sit(street.staff[Role.CUSTOMER_SERVICE]), "members_member_panel", street.ours.member_id, "growth")
    row = text[text.index('data-month="2024-04"') :]
    cells = re.findall(r"<td[^>]*>(.*?)</td>", row[: row.index("</tr>")])
    assert cells == ["30", "5", "¥9,000.00", "4-3-3", "mid-value active", "+90", "+75", "+165"]


def test_a_simulation_names_the_local_day_of_publishing(street: Street, sit: Sit) -> None:
    """At four in the morning in Shanghai it is still yesterday in UTC."""
    with clock.at(datetime(2024, 5, 20, 4, tzinfo=ZoneInfo("Asia/Shanghai"))):
        jobs.run_unfinished(now=clock.now)
    text = page(sit(street.staff[Role.OPERATOR]), "growth_simulation", street.ours.ids["simulation_id"])
    assert re.findall(r"<h3>on publishing <span[^>]*>([^<]*)", text) == ["2024-05-20"]


def test_a_message_of_the_timeline_is_shown_by_itself(street: Street, sit: Sit) -> None:
    """Its own page, of whichever programme it is; another's is not there."""
    client, ours, theirs = sit(street.staff[Role.OPERATOR]), street.ours, street.theirs
    assert f"喜{ours.tag}" in page(client, "growth_notice", ours.ids["notice_id"])
    assert client.get(reverse("admin:growth_notice", args=[theirs.ids["notice_id"]])).status_code == 404
    address = reverse("admin:growth_notice", args=[ours.ids["notice_id"]])
    assert f'href="{address}"' in page(client, "members_member_panel", ours.member_id, "timeline")


def test_what_is_typed_is_kept(street: Street, sit: Sit) -> None:
    """OP-1.2: 银牌 at 7,000; the published version stays what it was."""
    client = sit(street.staff[Role.OPERATOR])
    version_id = street.ours.ids["version_id"]
    said = {**boxes(client, version_id), "L2-threshold": "7000", "L2-benefit-discount-rate": "0.94", "L2-gift-1-kind": "points"}
    client.post(reverse("admin:growth_version", args=[version_id]), {**said, "L2-gift-1-amount": "100", "action": "save"})
    silver = next(level for level in selectors.terms_of(version_id).levels if level.code == "L2")
    assert silver.threshold == 7000
    assert [(each.code, each.value) for each in silver.benefits] == [("discount", {"rate": "0.9400"})]
    assert [(gift.kind, gift.payload) for gift in silver.gifts][1] == ("points", {"points": 100})
    assert (
        LevelTerms.objects.get(version__state="published", level__code="L2", level__programme=street.ours.store.programme).threshold == 8000
    )


def test_whoever_publishes_reads_what_changes_and_finds_the_simulation(street: Street, sit: Sit) -> None:
    client, version_id = sit(street.staff[Role.OPERATOR]), street.ours.ids["version_id"]
    address = reverse("admin:growth_version_publish", args=[version_id])
    before = list(client.get(address).context["changes"])
    typed = {"L2-threshold": "7000", "L2-name": "白银", "protection_days": "30", "L2-benefit-discount-rate": "0.96", "action": "save"}
    client.post(reverse("admin:growth_version", args=[version_id]), boxes(client, version_id) | typed)
    shown = client.get(address)
    told = [line for line in shown.context["changes"] if line not in before]
    assert ("", "protection (days)", "90", "30") in told
    assert [becomes for level, what, _was, becomes in told if (level, what) == ("白银", "name")] == ["白银"]
    assert ("白银", "threshold", "8,000", "7,000") in told
    assert [what for level, what, _was, _becomes in told if level == "白银"][-1] == "Benefits"
    job = Job.objects.get(pk=street.ours.ids["simulation_id"])
    assert (job.parameters["subject"], job.parameters["version_id"]) == ("levels", version_id)
    for text in (shown.content.decode(), page(client, "growth_version", version_id)):
        assert f'data-simulated="{job.pk}"' in text


def test_a_level_is_added_on_top_moved_and_taken_away(street: Street, sit: Sit) -> None:
    """OP-1.3: six levels, then five again."""
    client = sit(street.staff[Role.OPERATOR])
    version_id = street.ours.ids["version_id"]

    def press(action: str) -> list[str]:
        client.post(reverse("admin:growth_version", args=[version_id]), {**boxes(client, version_id), "action": action})
        return [level.code for level in selectors.terms_of(version_id).by_rank]

    assert press("add") == ["L0", "L1", "L2", "L3", "L4", "L5"]
    assert selectors.terms_of(version_id).by_rank[5].threshold == 100_000
    assert press("down:L5") == ["L0", "L1", "L2", "L3", "L5", "L4"]
    assert press("remove:L5") == ["L0", "L1", "L2", "L3", "L4"]


def test_nobody_saves_over_what_somebody_else_has_saved(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.OPERATOR])
    version_id = street.ours.ids["version_id"]
    address = reverse("admin:growth_version", args=[version_id])
    early = boxes(client, version_id)
    client.post(address, {**early, "L2-threshold": "7000", "action": "save"})
    answer = client.post(address, {**early, "L2-threshold": "9000", "action": "save"})
    assert answer.status_code == 400
    assert "Somebody else has changed this draft" in answer.content.decode()
    assert next(level.threshold for level in selectors.terms_of(version_id).levels if level.code == "L2") == 7000


def test_op_1_4_a_worse_discount_is_said_beside_the_draft_and_publishing_is_refused(street: Street, sit: Sit) -> None:
    """OP-1.4: refused with both names."""
    client = sit(street.staff[Role.OPERATOR])
    version_id, tag = street.ours.ids["version_id"], street.ours.tag
    said = {**boxes(client, version_id), "L3-benefit-discount-is_given": "on", "L3-benefit-discount-rate": "0.97", "action": "save"}
    client.post(reverse("admin:growth_version", args=[version_id]), said)
    for name in ("growth_version", "growth_version_publish"):
        text = page(client, name, version_id)
        assert f"L2级{tag}" in text
        assert f"L3级{tag} (97 %" in text
    client.post(reverse("admin:growth_version_publish", args=[version_id]))
    assert SchemeVersion.objects.get(pk=version_id).state == VersionState.DRAFT


def test_ben_10_the_matrix_counts_natures(street: Street, sit: Sit) -> None:
    """BEN-10: a level with three practical and one emotional benefit shows 3/1/0."""
    programme = street.ours.store.programme
    for number, nature in enumerate([BenefitNature.PRACTICAL, BenefitNature.PRACTICAL, BenefitNature.EMOTIONAL]):
        Benefit.objects.create(programme=programme, code=f"b{number}", name=f"权{number}", kind="next_day", nature=nature)
    client = sit(street.staff[Role.OPERATOR])
    version_id = street.ours.ids["version_id"]
    ticks = {f"L2-benefit-b{number}-is_given": "on" for number in range(3)}
    client.post(reverse("admin:growth_version", args=[version_id]), {**boxes(client, version_id), **ticks, "action": "save"})
    assert '<td class="gx-mono" data-natures>3/1/0</td>' in page(client, "growth_version", version_id)


def test_op_1_5_publishing_raises_who_reaches_more_and_an_old_version_can_be_drafted_again(street: Street, sit: Sit) -> None:
    """OP-1.5 and the way back (以旧版本新建草稿)."""
    client = sit(street.staff[Role.OPERATOR])
    version_id = street.ours.ids["version_id"]
    first = SchemeVersion.objects.get(pk=version_id).based_on_id
    client.post(
        reverse("admin:growth_version", args=[version_id]), {**boxes(client, version_id), "L3-threshold": "19000", "action": "save"}
    )
    assert client.post(reverse("admin:growth_version_publish", args=[version_id])).status_code == 302
    assert SchemeVersion.objects.get(pk=version_id).state == VersionState.PUBLISHED
    address = f"{reverse('admin:growth_scheme_draft')}?programme={street.ours.store.programme.code}"
    client.post(address, {"track": "free", "based_on": str(first)})
    again = SchemeVersion.objects.get(state=VersionState.DRAFT, scheme__programme=street.ours.store.programme)
    assert again.number == 3
    assert {level.code: level.threshold for level in selectors.terms_of(again.pk).levels}["L3"] == 20000
    client.post(reverse("admin:growth_version_discard", args=[again.pk]))
    assert not SchemeVersion.objects.filter(pk=again.pk).exists()


def listed(client: Client, address: str) -> list[str]:
    """One-IDs of the list of members."""
    answer = client.get(address)
    assert answer.status_code == 200
    return [member.one_id for member in answer.context["cl"].queryset]


def test_the_count_of_a_level_leads_to_its_members(street: Street, sit: Sit) -> None:
    """Within what the caller may see, masked as ever; what is not theirs to choose finds nobody."""
    client, ours = sit(street.staff[Role.OPERATOR]), street.ours
    counts = re.findall(r'<a href="([^"]+\?level=\d+)">(\d+)</a>', page(client, "growth_distribution"))
    assert counts
    for address, members in counts:
        assert len(listed(client, address)) == int(members)
    held = MemberLevel.objects.get(membership_id=ours.ids["membership_id"], track=Track.FREE)
    members = reverse("admin:members_member_changelist")
    assert Member.objects.get(pk=ours.member_id).one_id in listed(client, f"{members}?level={held.level_id}")
    assert f"L1级{ours.tag}" in client.get(members).content.decode()
    theirs = MemberLevel.objects.get(membership_id=street.theirs.ids["membership_id"], track=Track.FREE)
    for foreign in (theirs.level_id, 999_999, "x"):
        assert listed(client, f"{members}?level={foreign}") == []
    text = client.get(f"{members}?level={held.level_id}").content.decode()
    assert Member.objects.get(pk=ours.member_id).phone.removeprefix("+86") not in text
    assert re.findall('data-said="level">level: <b>(.*?)</b>', text) == [f"L2级{ours.tag}"]
    assert "data-said" not in client.get(members).content.decode()


def test_a_level_that_is_over_no_longer_counts_in_the_list(street: Street, sit: Sit) -> None:
    client, ours = sit(street.staff[Role.OPERATOR]), street.ours
    held = MemberLevel.objects.get(membership_id=ours.ids["membership_id"], track=Track.FREE)
    other = Level.objects.filter(programme_id=ours.store.programme_id, track=Track.FREE).exclude(pk=held.level_id).order_by("pk")[0]
    MemberLevel.objects.filter(pk=held.pk).update(level=other, level_until=clock.now() - timedelta(days=1), automatic_level=held.level_id)
    members, one_id = reverse("admin:members_member_changelist"), Member.objects.get(pk=ours.member_id).one_id
    assert one_id in listed(client, f"{members}?level={held.level_id}")
    assert one_id not in listed(client, f"{members}?level={other.pk}")


def test_a_cell_of_rfm_leads_to_its_members(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.OPERATOR])
    text = page(client, "growth_rfm")
    counts = re.findall(r'<a href="([^"]+\?rfm=(\d+):(\w+):[^"]+)">(\d+)</a>', text)
    assert {kind for _address, _run, kind, _members in counts} == {"cell", "class", "group", "layer"}
    for address, _run, _kind, members in counts:
        assert len(listed(client, address)) == int(members)
    theirs = RfmRun.objects.get(programme=street.theirs.store.programme)
    members = reverse("admin:members_member_changelist")
    for foreign in (f"{theirs.pk}:cell:1-1-1", f"{counts[0][1]}:cell:6-1-1", f"{counts[0][1]}:pk:1", "x"):
        assert listed(client, f"{members}?rfm={foreign}") == []


def test_a_review_that_changed_a_level_is_found_in_its_own_programme(street: Street, sit: Sit) -> None:
    """The way to it knows its number alone: the page of the first programme would not have it."""
    ours, client = street.ours, sit(street.staff[Role.CUSTOMER_SERVICE])
    way = links.of_source(f"review:{ours.ids['review_id']}", ours.member_id).url
    there = client.get(way)
    assert there["Location"] == f"/admin/levels/reviews/?programme={ours.store.programme.code}#review-{ours.ids['review_id']}"
    assert f'id="review-{ours.ids["review_id"]}"' in client.get(there["Location"]).content.decode()
    assert client.get(reverse("admin:growth_reviews"), {"review": street.theirs.ids["review_id"]}).status_code == 404
    assert client.get(reverse("admin:growth_reviews"), {"review": "x"}).status_code == 404


def test_cs_4_3_who_asked_may_not_approve(street: Street, sit: Sit) -> None:
    """CS-4.3, R19: an approver who asked waits for another; the other decides once."""
    now = street.now
    membership = Membership.objects.get(pk=street.ours.ids["membership_id"])
    LevelOverride.objects.filter(membership=membership).delete()
    asking, other = sit(street.staff[Role.APPROVER]), sit(world.staff("second", (StaffRole.APPROVER, street.ours.store)))
    diamond = Level.objects.get(programme_id=membership.programme_id, track=Track.FREE, code="L4")
    said = {"level": diamond.pk, "valid_until": f"{now.date() + timedelta(days=90):%Y-%m-%d}", "reason": "投诉补偿一次"}
    assert asking.post(reverse("admin:growth_set_level", args=[membership.pk]), said).status_code == 302
    override = LevelOverride.objects.get(membership=membership)
    assert (override.state, override.steps) == (OverrideState.PENDING, 2)
    address = reverse("admin:growth_override", args=[override.pk])
    assert "a second person must decide" in asking.get(address).content.decode()
    level = reverse("admin:members_member_panel", args=[street.ours.member_id, "level"])
    assert address in asking.get(level).content.decode()
    assert address not in sit(street.staff[Role.TILL_CLERK]).get(level).content.decode()
    asking.post(address, {"decision": "approve"})
    override.refresh_from_db()
    assert override.state == OverrideState.PENDING
    other.post(address, {"decision": "approve"})
    override.refresh_from_db()
    assert override.state == OverrideState.ACTIVE
    asking.post(address, {"decision": "reject"})
    override.refresh_from_db()
    assert override.state == OverrideState.ACTIVE


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR, Role.TILL_CLERK])
def test_only_service_and_approvers_act_on_a_membership(street: Street, sit: Sit, role: Role) -> None:
    client, membership_id = sit(street.staff[role]), street.ours.ids["membership_id"]
    before = GrowthEntry.objects.count()
    assert client.post(reverse("admin:growth_adjust", args=[membership_id]), {"delta": 5, "reason": "因为我想要"}).status_code == 403
    assert client.post(reverse("admin:growth_set_level", args=[membership_id]), {"level": 1}).status_code == 403
    assert GrowthEntry.objects.count() == before


def test_growth_is_adjusted_once_however_often_the_form_is_sent(street: Street, sit: Sit) -> None:
    client, membership_id = sit(street.staff[Role.CUSTOMER_SERVICE]), street.ours.ids["membership_id"]
    address = reverse("admin:growth_adjust", args=[membership_id])
    said = {"delta": "-40", "reason": "误记一笔成长值", "token": str(uuid4())}
    before = GrowthEntry.objects.filter(account_id=membership_id).count()
    for _time in range(2):
        client.post(address, said)
    entries = list(GrowthEntry.objects.filter(account_id=membership_id).order_by("-account_version"))
    assert len(entries) == before + 1
    assert (entries[0].requested, entries[0].note) == (-40, "误记一笔成长值")
    assert client.post(address, {**said, "reason": "无", "token": str(uuid4())}).status_code == 400
    assert GrowthEntry.objects.filter(account_id=membership_id).count() == before + 1


def test_ben_20_the_till_reads_benefits_and_opens_no_form(street: Street, sit: Sit) -> None:
    """BEN-20: the member's benefits are listed, no address of levels lets the till write."""
    client, ours = sit(street.staff[Role.TILL_CLERK]), street.ours
    text = page(client, "members_member_panel", ours.member_id, "benefits")
    assert f"折扣{ours.tag}" in text
    assert "95 %" in text
    for name, key in (
        ("growth_set_level", "membership_id"), ("growth_adjust", "membership_id"), ("growth_version", "version_id"),
        ("growth_rfm_version", "rfm_version_id"), ("growth_rule_set", "rule_set_id"), ("growth_benefit", "benefit_id"),
        ("growth_plan", "plan_id"), ("growth_override", "override_id"),
    ):  # fmt: skip
        assert client.get(reverse(f"admin:{name}", args=[ours.ids[key]])).status_code == 403, name
    for name in LISTS:
        assert client.get(reverse(f"admin:{name}")).status_code == 403, name


def what_changes(text: str) -> list[str]:
    """The lines of what a draft changes, on the page that publishes it."""
    lines = re.findall(r"<li>(.*?)</li>", text.split("data-what-changes>")[1].split("</ul>")[0])
    return [html.unescape(re.sub("<[^>]+>", "", line)) for line in lines]


def test_op_2_4_weights_that_miss_1_are_said_and_never_published(street: Street, sit: Sit) -> None:
    """OP-2.4: 0.5/0.2/0.2 is refused, the sum 0.900 is named."""
    client, version_id = sit(street.staff[Role.OPERATOR]), street.ours.ids["rfm_version_id"]
    address = reverse("admin:growth_rfm_version", args=[version_id])
    form = client.get(address).context["form"]
    said = {box.html_name: str(box.value()) for box in form}
    assert client.post(address, {**said, "weight_r": "0.500"}).status_code == 302
    for name in ("growth_rfm_version", "growth_rfm_publish"):
        assert "0.900" in page(client, name, version_id)
    assert what_changes(page(client, "growth_rfm_publish", version_id)) == ["weight of R: 0.60 → 0.50"]
    client.post(reverse("admin:growth_rfm_publish", args=[version_id]))
    assert RfmVersion.objects.get(pk=version_id).state == VersionState.DRAFT


def test_a_cycle_is_asked_for_once(street: Street, sit: Sit) -> None:
    client, programme = sit(street.staff[Role.OPERATOR]), street.ours.store.programme
    address = f"{reverse('admin:growth_rfm_run')}?programme={programme.code}"
    done = RfmRun.objects.get(programme=programme)
    answer = client.post(address, {"month": f"{done.period_on:%Y-%m}"}, follow=True)
    assert "This period has been run already." in answer.content.decode()
    client.post(address, {"month": "2024-03"})
    assert set(RfmRun.objects.filter(programme=programme).values_list("period_on", flat=True)) == {date(2024, 3, 1), done.period_on}


def test_rules_are_drafted_changed_and_published(street: Street, sit: Sit) -> None:
    client, rule_set_id = sit(street.staff[Role.OPERATOR]), street.ours.ids["rule_set_id"]
    address = reverse("admin:growth_rule_set", args=[rule_set_id])
    form = client.get(address).context["boxes"]
    said: dict[str, str] = {}
    for part in (form.cap, *form.rules, *form.factors):
        said |= sent(part)
    changed = {**said, "login-amount": "8", "factor-0-kind": "level", "factor-0-key": "L3", "factor-0-factor": "1.2"}
    assert client.post(address, changed).status_code == 302
    found = RuleSet.objects.get(pk=rule_set_id)
    assert found.rules.get(code="login").amount == 8
    assert [(each.kind, each.key, str(each.factor)) for each in found.factors.all()] == [("level", "L3", "1.20")]
    assert found.rules.get(code="review").minimum_minor == 2000
    told = what_changes(page(client, "growth_rules_publish", rule_set_id))
    assert told == ["first login by hand of a day growth value: 5 → 8", "level L3: — → × 1.20"]
    client.post(reverse("admin:growth_rules_publish", args=[rule_set_id]))
    assert RuleSet.objects.get(pk=rule_set_id).state == VersionState.PUBLISHED


def test_the_planner_takes_its_thresholds_over_into_the_draft(street: Street, sit: Sit) -> None:
    """LVL-31: proposed from what members have, written into the draft only."""
    client, programme = sit(street.staff[Role.OPERATOR]), street.ours.store.programme
    address = f"{reverse('admin:growth_planner')}?programme={programme.code}"
    assert client.get(address, {"programme": programme.code, "shares": "60/25"}).status_code == 400
    counts = {
        level: (held, reach)
        for level, held, reach in re.findall(
            r'data-level="(\w+)".*?data-held="(\d*)" *>.*?data-reach="(\d*)"', page(client, "growth_planner")
        )
    }
    held = {row.terms.level.code: row.members for row in levels.distribution(programme.pk, Track.FREE, street.now)}
    assert {level: int(said[0]) for level, said in counts.items()} == held
    assert held["L2"] == 1  # by hand, with 1 of growth value
    assert counts["L2"][1] == "0"
    answer = client.post(address, {"shares": "60/25/10/4/1"})
    assert answer.status_code == 302
    thresholds = [level.threshold for level in selectors.terms_of(street.ours.ids["version_id"]).by_rank]
    assert thresholds[0] == 0
    assert thresholds == sorted(set(thresholds))
    assert thresholds != [0, 3000, 8000, 20000, 50000]


@pytest.mark.parametrize(("name", "button"), [("growth_matches", "growth_match_add"), ("points_exchanges", "points_exchange_add")])
def test_what_takes_two_programmes_is_offered_to_whoever_has_two(street: Street, sit: Sit, name: str, button: str) -> None:
    address = f"{reverse(f'admin:{name}')}?programme={street.ours.store.programme.code}"
    alone = sit(street.staff[Role.OPERATOR]).get(address).content.decode()
    assert reverse(f"admin:{button}") not in alone
    assert "This takes two programmes" in alone
    both = world.staff("both", (StaffRole.OPERATOR, street.ours.store), (StaffRole.OPERATOR, street.theirs.store))
    assert reverse(f"admin:{button}") in sit(both).get(address).content.decode()
