"""The back office of points: the member's points, adjustments and their approval, entries taken back, who may do what (CS-3, PTS-28)."""

import csv
import io
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from activity import services as activity_services
from activity.enums import OrderStatus
from core.masking import Role
from members.models import AccessLog, Member
from points.admin import entries as entries_page
from points.enums import AdjustmentState, HoldState, RedemptionState
from points.models import PointsAccount, PointsAdjustment, PointsEntry, PointsHold, Redemption
from points.services import expiry
from stores.enums import StaffRole
from stores.models import Membership
from tests import world
from tests.admin.conftest import Sit, Street
from tests.admin.neighbours import Shop, order_in
from tests.admin.points_rows import GIVEN, give, many_entries, newest

LISTS = (
    "points_liability", "points_entries", "points_rules", "points_rewards", "points_redemptions", "points_holds", "points_adjustments",
    "points_exchanges", "points_multipliers",
)  # fmt: skip
ZONE = ZoneInfo("Asia/Shanghai")
BALANCE = GIVEN - 50  # after the mug that open_shop redeems


def page(client: Client, name: str, *args: Any, **query: str) -> str:
    answer = client.get(reverse(f"admin:{name}", args=args), query)
    assert answer.status_code == 200, (name, answer.status_code)
    return str(answer.content.decode())


def panel(client: Client, shop: Shop, **query: str) -> str:
    answer = client.get(reverse("admin:members_member_panel", args=[shop.member_id, "points"]), query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def membership_of(shop: Shop) -> Membership:
    return Membership.objects.get(pk=shop.ids["membership_id"])


def balance(shop: Shop) -> int:
    return PointsAccount.objects.get(pk=shop.ids["membership_id"]).balance


@pytest.mark.parametrize("name", LISTS)
def test_a_list_shows_ones_own_programme_and_no_other(street: Street, sit: Sit, name: str) -> None:
    client = sit(street.staff[Role.OPERATOR])
    own = page(client, name)
    assert street.ours.store.programme.name in own
    assert street.theirs.store.programme.name not in own
    for code in (street.theirs.store.programme.code, "platform", "nowhere"):
        assert client.get(reverse(f"admin:{name}"), {"programme": code}).status_code == 404


@pytest.mark.parametrize("name", LISTS)
def test_a_programme_without_points_says_so_in_words(db: None, sit: Sit, name: str) -> None:
    store = world.store("S900")
    text = page(sit(world.staff("op900", (StaffRole.OPERATOR, store))), name)
    assert "gx-empty" in text


def test_the_head_says_balance_available_held_and_the_next_end(street: Street, sit: Sit) -> None:
    membership = membership_of(street.ours)
    give(membership, 40, street.now, ends_at=street.now + timedelta(days=20))
    text = page(sit(street.staff[Role.CUSTOMER_SERVICE]), "members_member_change", street.ours.member_id)
    card = text.split("gx-tile-points")[1].split("gx-card")[0]
    assert f'data-balance="{BALANCE + 40}"' in card
    assert f"available {BALANCE + 10}" in card  # thirty are held
    assert "held 30" in card
    assert "40 valid through" in card


def test_csl_14_every_row_says_time_kind_amount_balance_source_and_end(street: Street, sit: Sit) -> None:
    """CSL-14, CS-3.1: an expired lot stands there with the day it was earned; a filter finds it alone."""
    membership = membership_of(street.ours)
    earned, ends = street.now - timedelta(days=700), street.now - timedelta(hours=1)
    give(membership, 10, earned, ends_at=ends)
    expiry.expire_lots(now=street.now)
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    rows = panel(client, street.ours, membership=str(membership.pk), kind="expire")
    assert rows.count('id="points-entry-') == 1
    assert "−10" in rows
    last = ends - timedelta(microseconds=1)
    assert f"−10 of {earned.astimezone(ZONE):%Y-%m-%d}, valid through {last.astimezone(ZONE):%Y-%m-%d}" in rows
    everything = panel(client, street.ours)
    for seen in ("马克杯甲", "waits for approval", "补发甲", "HO-甲", "valid through", "Why", "version 1"):
        assert seen in everything, seen


def test_entries_page_without_gaps_or_repeats(street: Street, sit: Sit) -> None:
    many_entries(membership_of(street.ours), 47, street.now)
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    seen, address = [], reverse("admin:members_member_panel", args=[street.ours.member_id, "points"])
    while address:
        text = client.get(address).content.decode()
        found = re.findall(r'id="points-entry-(\d+)"', text)
        assert len(found) <= 20
        seen += found
        more = re.search(r'gx-more">\s*<button[^>]*hx-get="([^"]+)"', text)
        address = more.group(1).replace("&amp;", "&") if more else ""
    assert len(seen) == len(set(seen)) == PointsEntry.objects.filter(account_id=street.ours.ids["membership_id"]).count()


def entries_of(text: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'data-entry="(\d+)"', text)]


def test_the_ledger_is_narrowed_by_kind_cause_day_and_store(street: Street, sit: Sit) -> None:
    """PTS-09, PTS-21: the last booked first; a day is a local one, both ends included; a store's are those of its orders."""
    client, ours = sit(street.staff[Role.OPERATOR]), street.ours
    membership = membership_of(ours)
    second = world.store("S101", programme_id=ours.store.programme_id)
    for store, number in ((ours.store, "H1"), (second, "H2")):
        paid = order_in(store, ours.member_id, number, street.now, status=OrderStatus.COMPLETED, completed_at=street.now)
        activity_services.record_orders(orders=[paid], actor="test", booked_at=street.now)
    midnight = street.now.astimezone(ZONE).replace(hour=0, minute=0, second=0)
    before, after = (give(membership, 1, midnight + step) for step in (-timedelta(seconds=1), timedelta()))
    everything = list(PointsEntry.objects.filter(account=membership.pk).order_by("-booked_at", "-pk").values_list("pk", flat=True))
    assert [pk for pk in entries_of(page(client, "points_entries")) if pk in everything] == everything
    today = f"{midnight:%Y-%m-%d}"
    of_today = entries_of(page(client, "points_entries", from_on=today, until_on=today))
    assert after in of_today
    assert before not in of_today
    yesterday = f"{midnight - timedelta(days=1):%Y-%m-%d}"
    assert before in entries_of(page(client, "points_entries", until_on=yesterday))
    assert after not in entries_of(page(client, "points_entries", until_on=yesterday))
    of_orders = PointsEntry.objects.filter(account=membership.pk, source_type="order").order_by("-pk")
    assert entries_of(page(client, "points_entries", source="order")) == [row.pk for row in of_orders]
    assert entries_of(page(client, "points_entries", source="order", kind="redeem")) == []
    assert "Nothing fits" in page(client, "points_entries", source="order", kind="redeem")
    of_both = sit(world.staff("both", (StaffRole.OPERATOR, ours.store), (StaffRole.OPERATOR, second)))
    for store, number in ((ours.store, "H1"), (second, "H2")):
        at_store = [row.pk for row in of_orders if row.details["order_no"] == number]
        asked = {"programme": ours.store.programme.code, "source": "order", "store_id": str(store.pk)}
        assert entries_of(page(of_both, "points_entries", **asked)) == at_store != []
    foreign = {"store_id": str(street.theirs.store.pk)}
    for wrong in ({"from_on": "yesterday"}, {"from_on": today, "until_on": yesterday}, {"source": "x"}, foreign):
        assert client.get(reverse("admin:points_entries"), wrong).status_code == 400


def test_the_file_says_what_the_list_shows_and_who_took_it(street: Street, sit: Sit) -> None:
    """PTS-21, R21: the filters hold for the file, members are numbers in it, cells are defused, the log knows; others get none."""
    client, ours = sit(street.staff[Role.OPERATOR]), street.ours
    membership, address = membership_of(ours), reverse("admin:points_entries_csv")
    adjust(sit(street.staff[Role.CUSTOMER_SERVICE]), ours, 20, "=活动补发")
    shown = entries_of(page(client, "points_entries", kind="adjust"))
    answer = client.get(address, {"kind": "adjust"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(lines) == len(shown) == 1
    [line] = lines
    said = (line["member number"], line["kind"], line["points"], line["balance after"], line["cause"], line["reason"])
    assert said == (membership.member_no, "adjusted", "20", str(BALANCE + 20), "by hand", "'=活动补发")
    assert membership.member.name not in answer.content.decode()
    log = AccessLog.objects.get(action="export")
    assert (log.user_id, log.hits, log.member_id) == (street.staff[Role.OPERATOR].pk, 1, None)
    assert log.field == f"points {ours.store.programme.code}"
    assert sit(street.staff[Role.CUSTOMER_SERVICE]).get(address).status_code == 403
    assert client.get(address, {"programme": street.theirs.store.programme.code}).status_code == 404
    assert client.get(address, {"from_on": "yesterday"}).status_code == 302
    assert AccessLog.objects.filter(action="export").count() == 1


def test_pages_of_the_ledger_have_no_gaps_or_repeats(street: Street, sit: Sit) -> None:
    many_entries(membership_of(street.ours), 47, street.now)  # booked at one instant
    client, seen = sit(street.staff[Role.OPERATOR]), []
    address: str | None = reverse("admin:points_entries")
    while address:
        text = client.get(address).content.decode()
        seen += entries_of(text)
        more = re.search(r'gx-more"><a class="gx-button" href="([^"]+)"', text)
        address = f"{reverse('admin:points_entries')}{more.group(1).replace('&amp;', '&')}" if more else None
    of_programme = PointsEntry.objects.filter(account__membership__programme=street.ours.store.programme)
    assert seen == list(of_programme.order_by("-booked_at", "-pk").values_list("pk", flat=True))


def test_a_file_that_would_be_too_long_is_refused(street: Street, sit: Sit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries_page, "LINES_AT_MOST", 3)
    many_entries(membership_of(street.ours), 4, street.now)
    client = sit(street.staff[Role.OPERATOR])
    answer = client.get(reverse("admin:points_entries_csv"), follow=True)
    assert "at most 3 lines" in answer.content.decode()
    assert not AccessLog.objects.filter(action="export").exists()


def test_a_kind_nobody_knows_and_anothers_membership_show_nothing(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    assert 'id="points-entry-' in panel(client, street.ours, kind="nonsense")
    address = reverse("admin:members_member_panel", args=[street.ours.member_id, "points"])
    assert client.get(address, {"membership": street.theirs.ids["membership_id"]}).status_code == 404


def adjust(client: Client, shop: Shop, delta: int, reason: str = "活动补发", token: str = "") -> Any:
    said = {"delta": str(delta), "reason": reason, "token": token or str(uuid4())}
    return client.post(reverse("admin:points_adjust", args=[shop.ids["membership_id"]]), said)


def test_cs_3_2_points_are_added_for_a_reason_and_once(street: Street, sit: Sit) -> None:
    """CS-3.2: +20 with the author; without a reason refused; the same form sent twice adjusts once."""
    client, ours = sit(street.staff[Role.CUSTOMER_SERVICE]), street.ours
    token = str(uuid4())
    assert [adjust(client, ours, 20, token=token).status_code for _time in range(2)] == [302, 302]
    assert balance(ours) == BALANCE + 20
    entry = newest(membership_of(ours))
    assert (entry.kind, entry.delta, entry.note, entry.actor) == (
        "adjust", 20, "活动补发", f"staff:{street.staff[Role.CUSTOMER_SERVICE].pk}",
    )  # fmt: skip
    assert "ours-customer_service" in panel(client, ours, kind="adjust")
    for delta, reason in ((5, ""), (5, "短"), (0, "活动补发"), (-10_000, "扣得太多了")):
        assert adjust(client, ours, delta, reason).status_code == 400, (delta, reason)
    assert balance(ours) == BALANCE + 20


def test_the_form_says_whose_points_they_are_and_then_what_came_of_it(street: Street, sit: Sit) -> None:
    client, ours = sit(street.staff[Role.CUSTOMER_SERVICE]), street.ours
    PointsAdjustment.objects.all().delete()
    address = reverse("admin:points_adjust", args=[ours.ids["membership_id"]])

    def first_box(text: str) -> str:
        return " ".join(re.findall(r'name="(\w+)"[^>]* autofocus', text))

    form = client.get(address).content.decode()
    assert f"甄甲人 · {membership_of(ours).programme.name} {membership_of(ours).member_no}" in form
    assert first_box(form) == "delta"
    assert first_box(adjust(client, ours, 20, "短").content.decode()) == "reason"  # what was refused

    def said(delta: int) -> str:
        return str(client.get(adjust(client, ours, delta).headers["Location"]).content.decode())

    assert "+20 points are booked." in said(20)
    assert "+101 points wait for a second person" in said(101)
    assert "−5 points are booked." in said(-5)


def test_a_refusal_says_how_many_points_there_are(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    held = PointsAccount.objects.get(membership=membership_of(street.ours)).held
    refused = adjust(client, street.ours, -BALANCE)
    assert refused.status_code == 400
    assert f"There are not enough points: {BALANCE - held} available." in refused.content.decode()


def test_cs_3_3_beyond_the_limit_a_second_person_decides(street: Street, sit: Sit) -> None:
    """CS-3.3, PTS-28: 101 waits, who asked cannot approve, an approver books it; it is decided once."""
    ours = street.ours
    PointsAdjustment.objects.all().delete()
    asking, approving = sit(street.staff[Role.APPROVER]), sit(world.staff("ap2", (StaffRole.APPROVER, ours.store)))
    assert adjust(asking, ours, 101).status_code == 302
    waiting = PointsAdjustment.objects.get()
    assert (waiting.state, balance(ours)) == (AdjustmentState.PENDING, BALANCE)
    address = reverse("admin:points_adjustment", args=[waiting.pk])
    assert "a second person must decide" in asking.get(address).content.decode()
    assert 'value="approve"' not in asking.get(address).content.decode()
    asking.post(address, {"decision": "approve"})
    assert balance(ours) == BALANCE
    assert sit(street.staff[Role.CUSTOMER_SERVICE]).post(address, {"decision": "approve"}).status_code == 403
    assert balance(ours) == BALANCE
    approving.post(address, {"decision": "approve"})
    assert balance(ours) == BALANCE + 101
    for decision in ("approve", "reject"):
        approving.post(address, {"decision": decision})
    waiting.refresh_from_db()
    assert (waiting.state, balance(ours)) == (AdjustmentState.POSTED, BALANCE + 101)
    listed = page(approving, "points_adjustments")
    assert "Nothing waits." in listed
    assert "ap2" in listed.split("data-decided")[1]


def test_the_form_says_how_much_the_one_who_asks_may_move_alone(street: Street, sit: Sit) -> None:
    """PTS-28: 100 for customer service, 1,000 for an operator of this shop; who is operator of the neighbour's serves customers here."""
    ours, theirs = street.ours, street.theirs
    PointsAdjustment.objects.all().delete()
    both = world.staff("both", (StaffRole.CUSTOMER_SERVICE, ours.store), (StaffRole.OPERATOR, theirs.store))
    boss = get_user_model().objects.create_superuser("boss", password="guanxi-test-password")
    limits = {street.staff[Role.CUSTOMER_SERVICE]: 100, street.staff[Role.OPERATOR]: 1_000, both: 100, boss: 1_000}
    for user, limit in limits.items():
        client, before = sit(user), balance(ours)
        form = client.get(reverse("admin:points_adjust", args=[ours.ids["membership_id"]])).content.decode()
        assert f"You may move up to {limit:,} points at once" in form, user
        assert adjust(client, ours, limit).status_code == 302
        assert adjust(client, ours, limit + 1).status_code == 302
        assert balance(ours) == before + limit
        assert PointsAdjustment.objects.get(state=AdjustmentState.PENDING, requested_by=f"staff:{user.pk}").delta == limit + 1
    assert "You may move up to 1,000" in sit(both).get(reverse("admin:points_adjust", args=[theirs.ids["membership_id"]])).content.decode()


def test_a_waiting_adjustment_is_a_link_for_those_who_may_open_it(street: Street, sit: Sit) -> None:
    ours = street.ours
    address = reverse("admin:points_adjustment", args=[ours.ids["adjustment_id"]])
    assert address in panel(sit(street.staff[Role.CUSTOMER_SERVICE]), ours)
    at_the_till = panel(sit(street.staff[Role.TILL_CLERK]), ours)
    assert "补发甲" in at_the_till
    assert address not in at_the_till


def test_a_refused_adjustment_moves_nothing(street: Street, sit: Sit) -> None:
    ours, client = street.ours, sit(street.staff[Role.APPROVER])
    client.post(reverse("admin:points_adjustment", args=[ours.ids["adjustment_id"]]), {"decision": "reject"})
    assert PointsAdjustment.objects.get(pk=ours.ids["adjustment_id"]).state == AdjustmentState.REJECTED
    assert balance(ours) == BALANCE


def test_an_entry_is_taken_back_in_parts_and_never_beyond(street: Street, sit: Sit) -> None:
    ours, client = street.ours, sit(street.staff[Role.APPROVER])
    entry_id = give(membership_of(ours), 80, street.now)
    address = reverse("admin:points_reverse", args=[entry_id])

    def take_back(points: int) -> int:
        return int(client.post(address, {"points": points, "reason": "发错了积分", "token": str(uuid4())}).status_code)

    assert take_back(30) == 302
    assert balance(ours) == BALANCE + 50
    assert 'value="50"' in client.get(address).content.decode()
    assert take_back(51) == 400
    assert balance(ours) == BALANCE + 50
    assert take_back(50) == 302
    assert balance(ours) == BALANCE
    assert take_back(1) == 400


def test_what_has_a_way_back_of_its_own_is_not_offered_to_be_taken_back(street: Street, sit: Sit) -> None:
    ours, client = street.ours, sit(street.staff[Role.APPROVER])
    redeemed = Redemption.objects.get(pk=ours.ids["redemption_id"]).entry_id
    text = panel(client, ours)
    assert reverse("admin:points_reverse", args=[ours.ids["entry_id"]]) in text
    assert reverse("admin:points_reverse", args=[redeemed]) not in text
    assert reverse("admin:points_reverse", args=[ours.ids["entry_id"]]) not in panel(sit(street.staff[Role.CUSTOMER_SERVICE]), ours)


def test_a_hold_is_released_from_the_panel(street: Street, sit: Sit) -> None:
    ours, client = street.ours, sit(street.staff[Role.CUSTOMER_SERVICE])
    address = reverse("admin:points_hold_release", args=[ours.ids["hold_id"]])
    assert address in panel(client, ours)
    assert client.get(address).status_code == 405
    assert client.post(address).status_code == 302
    assert PointsHold.objects.get(pk=ours.ids["hold_id"]).state == HoldState.RELEASED
    assert PointsAccount.objects.get(pk=ours.ids["membership_id"]).held == 0
    assert address not in panel(client, ours)
    client.post(address)  # once more changes nothing
    assert PointsAccount.objects.get(pk=ours.ids["membership_id"]).balance == BALANCE
    assert f"HO-{ours.tag}" in page(client, "points_holds", state="released")
    assert f"HO-{ours.tag}" not in page(client, "points_holds")


def test_a_code_is_masked_until_it_is_asked_for_with_a_reason(street: Street, sit: Sit) -> None:
    """CSL-17: a code is as good as money."""
    ours, member = street.ours, street.ours.member_id
    for role in (Role.CUSTOMER_SERVICE, Role.OPERATOR, Role.AUDITOR):
        text = page(sit(street.staff[role]), "points_redemption", ours.ids["redemption_id"])
        assert "CU****01" in text
        assert "CUP-AAAA-0001" not in text
    said = {"kind": "reward_code", "reference": ours.ids["redemption_id"], "reason": "顾客没有收到码"}
    address = reverse("admin:members_member_reveal", args=[member])
    assert "CUP-AAAA-0001" in sit(street.staff[Role.CUSTOMER_SERVICE]).post(address, said).content.decode()
    assert sit(street.staff[Role.OPERATOR]).post(address, said).status_code == 403
    foreign = {**said, "reference": street.theirs.ids["redemption_id"]}
    assert sit(street.staff[Role.CUSTOMER_SERVICE]).post(address, foreign).status_code == 404


def test_the_auditor_reads_members_masked_in_every_list(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.AUDITOR])
    for name in ("points_entries", "points_redemptions", "points_holds", "points_adjustments"):
        text = page(client, name)
        assert "甄甲人" not in text, name
        assert "甄***" in text or "甄**" in text, name


def test_a_redemption_is_cancelled_for_a_reason(street: Street, sit: Sit) -> None:
    """PTS-12: the points come back, and the code is not given again."""
    ours, client = street.ours, sit(street.staff[Role.CUSTOMER_SERVICE])
    address = reverse("admin:points_redemption_cancel", args=[ours.ids["redemption_id"]])
    assert client.post(address, {"reason": ""}).status_code == 400
    assert balance(ours) == BALANCE
    assert client.post(address, {"reason": "顾客不要了"}).status_code == 302
    found = Redemption.objects.get(pk=ours.ids["redemption_id"])
    assert (found.state, found.cancel_reason, balance(ours)) == (RedemptionState.CANCELLED, "顾客不要了", GIVEN)
    text = page(client, "points_redemption", found.pk)
    assert "顾客不要了" in text
    assert address not in text
    assert page(client, "points_redemptions", state="fulfilled").count("<tr data-href") == 0


def test_the_till_reads_the_points_and_opens_no_form(street: Street, sit: Sit) -> None:
    client, ours = sit(street.staff[Role.TILL_CLERK]), street.ours
    text = panel(client, ours)
    assert f'data-balance="{BALANCE}"' in text
    assert "Adjust points" not in text
    assert adjust(client, ours, 5).status_code == 403
    assert client.post(reverse("admin:points_hold_release", args=[ours.ids["hold_id"]])).status_code == 403
    for name in LISTS:
        assert client.get(reverse(f"admin:{name}")).status_code == 403, name
    assert balance(ours) == BALANCE


def test_a_member_with_two_programmes_chooses_between_them(street: Street, sit: Sit) -> None:
    platform = Membership.objects.get(member_id=street.ours.member_id, programme__kind="platform")
    client = sit(world.staff("everywhere", (StaffRole.CUSTOMER_SERVICE, None)))
    text = panel(client, street.ours)
    assert f"?membership={platform.pk}" in text
    assert "No points have been booked within your stores." in panel(client, street.ours, membership=str(platform.pk))


def test_who_has_left_no_name_is_said_to_have_left_none_with_the_number_beside_it(street: Street, sit: Sit) -> None:
    membership = Membership.objects.get(pk=street.ours.ids["membership_id"])
    Member.objects.filter(pk=membership.member_id).update(name="", nickname="")
    text = page(sit(street.staff[Role.OPERATOR]), "points_entries")
    [row, *_others] = [row for row in text.split("<tr") if membership.member_no in row]
    assert "no name given</a>" in row and row.count(membership.member_no) == 1
