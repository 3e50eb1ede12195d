"""What operators do with points: rules as versions, rewards with codes, exchange, the liability and its file (OP-6)."""

import csv
import io
import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from activity import services as activity_services
from activity.inputs import OrderLineIn
from activity.models import Order, OrderLine
from core.enums import VersionState
from core.masking import Role
from coupons.models import CouponTemplate
from growth.templatetags.growth import bar
from points.enums import MultiplierKind
from points.models import ExchangePair, LiabilityDay, PointsEntry, PointsVersion, Reward, RewardCode
from points.rules.versions import DEFAULT_TERMS, MultiplierIn
from points.selectors import versions as selectors
from points.services import versions
from stores.enums import StaffRole
from stores.models import Membership
from tests import world
from tests.admin.conftest import Sit, Street
from tests.admin.neighbours import order_in
from tests.admin.points_rows import give
from tests.admin.test_levels import sent, what_changes
from tests.admin.test_points import page

CODES = "codes.csv"


def boxes(client: Any, version_id: int) -> dict[str, str]:
    """What the editor of a draft would send if somebody saved at once."""
    said: dict[str, str] = {}
    for part in client.get(reverse("admin:points_version", args=[version_id])).context["boxes"].parts:
        said |= sent(part)
    return said


def test_saving_a_draft_as_it_is_changes_nothing(street: Street, sit: Sit) -> None:
    client, version_id = sit(street.staff[Role.OPERATOR]), street.ours.ids["points_version_id"]
    before = selectors.terms_of(version_id)
    assert client.post(reverse("admin:points_version", args=[version_id]), boxes(client, version_id)).status_code == 302
    assert selectors.terms_of(version_id) == before


def test_op_6_1_a_change_makes_version_2_and_old_entries_keep_version_1(street: Street, sit: Sit) -> None:
    """OP-6.1, PTS-02, PTS-17, PTS-20: what is typed is kept, published it holds, what was booked before says version 1."""
    client, ours = sit(street.staff[Role.OPERATOR]), street.ours
    version_id = ours.ids["points_version_id"]
    old_entry = ours.ids["entry_id"]
    said = boxes(client, version_id) | {
        "points_per_unit": "0.02",
        "lifetime_months": "12",
        "unit_cost": "0.80",
        "adjust_limit": "50",
        "operator_adjust_limit": "2000",
        "only_categories": "奶粉\uff0c 纸尿裤",
        "share-daily_cap": "2",
        "task-1-task": "newsletter",
        "task-1-points": "7",
        "multiplier-1-kind": "level",
        "multiplier-1-level": "L3",
        "multiplier-1-factor": "1.5",
        "multiplier-2-kind": "campaign",
        "multiplier-2-key": "双十一",
        "multiplier-2-factor": "3",
        "multiplier-2-first_on": "2026-11-01",
        "multiplier-2-last_on": "2026-11-11",
        "minimum-0-level_code": "L1",
        "minimum-0-points": "10",
    }
    assert client.post(reverse("admin:points_version", args=[version_id]), said).status_code == 302
    terms = selectors.terms_of(version_id)
    assert (str(terms.points_per_unit.normalize()), terms.lifetime_months, terms.unit_cost_minor) == ("0.02", 12, 80)
    assert (terms.adjust_limit, terms.operator_adjust_limit) == (50, 2_000)
    assert terms.only_categories == ("奶粉", "纸尿裤")
    assert [(rule.task, rule.points) for rule in terms.rules if rule.task] == [("profile_completed", 10), ("newsletter", 7)]
    assert [(each.kind, each.key, str(each.factor)) for each in terms.multipliers[1:]] == [
        (MultiplierKind.LEVEL, "L3", "1.50"), (MultiplierKind.CAMPAIGN, "双十一", "3.00"),
    ]  # fmt: skip
    campaign = terms.multipliers[2]
    assert campaign.valid_from is not None
    assert campaign.valid_until is not None
    assert campaign.valid_until - campaign.valid_from == timedelta(days=11)
    assert [(each.level_code, each.points) for each in terms.minimums] == [("L1", 10)]
    told = what_changes(page(client, "points_rules_publish", version_id))
    assert told == [
        "points per yuan: 0.01 → 0.02",
        "only these categories: — → 奶粉, 纸尿裤",
        "valid for (months): 24 → 12",
        "cost of a point: 1.00 → 0.80",
        "adjustment without approval up to: 100 → 50",
        "operators and administrators: adjustment without approval up to: 1,000 → 2,000",
        "share times a day: 3 → 2",
        "task completed newsletter: — → +7",
        f"level L3级{ours.tag}: — → × 1.50",
        "campaign 双十一: — → × 3.00 2026-11-01 – 2026-11-11",
        f"least points of a redemption L1级{ours.tag}: — → 10",
    ]
    assert client.post(reverse("admin:points_rules_publish", args=[version_id])).status_code == 302
    states = dict(PointsVersion.objects.filter(programme=ours.store.programme).values_list("number", "state"))
    assert states == {1: VersionState.RETIRED, 2: VersionState.PUBLISHED}
    new_entry = give(Membership.objects.get(pk=ours.ids["membership_id"]), 5, street.now)
    numbers = dict(PointsEntry.objects.filter(pk__in=(old_entry, new_entry)).values_list("pk", "rules__number"))
    assert numbers == {old_entry: 1, new_entry: 2}
    assert "version 1" in page(client, "points_entries")
    read = page(client, "points_version", version_id)
    assert 'data-multiplier="campaign"' in read
    assert "<dt>operators and administrators: adjustment without approval up to</dt><dd>2,000</dd>" in read
    assert "data-warn-unsaved" not in read  # it is read, not edited


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"multiplier-1-kind": "level", "multiplier-1-level": "L9", "multiplier-1-factor": "2"}, "L9 is not one of the available choices."),
        ({"multiplier-1-kind": "level", "multiplier-1-factor": "2"}, "Which level?"),
        ({"multiplier-1-kind": "campaign", "multiplier-1-key": "x", "multiplier-1-factor": "2"}, "needs a first moment"),
        ({"multiplier-0-day_of_month": ""}, "A member day is a day of the month"),
        ({"task-1-task": "profile_completed", "task-1-points": "5"}, "is given twice"),
        ({"task-1-points": "5"}, "Which task?"),
        ({"multiplier-1-day_of_month": "8"}, "Which factor?"),
        ({"operator_adjust_limit": "99"}, "Operators and administrators may adjust no less without approval"),
    ],
)
def test_problems_are_said_in_words_and_nothing_is_kept(street: Street, sit: Sit, typed: dict[str, str], words: str) -> None:
    client, version_id = sit(street.staff[Role.OPERATOR]), street.ours.ids["points_version_id"]
    before = selectors.terms_of(version_id)
    answer = client.post(reverse("admin:points_version", args=[version_id]), boxes(client, version_id) | typed)
    assert answer.status_code == 400
    said = answer.content.decode()
    assert words in said
    assert "Nothing has been saved" in said
    assert "Nothing to complain about" not in said
    assert 'data-warn-unsaved="refused"' in said
    assert selectors.terms_of(version_id) == before


def test_a_line_is_taken_out_by_emptying_what_it_goes_by(street: Street, sit: Sit) -> None:
    client, version_id = sit(street.staff[Role.OPERATOR]), street.ours.ids["points_version_id"]
    answer = client.post(
        reverse("admin:points_version", args=[version_id]),
        boxes(client, version_id) | {"multiplier-0-factor": "", "task-0-task": ""},
        follow=True,
    )
    assert "The draft has been saved." in answer.content.decode()
    terms = selectors.terms_of(version_id)
    assert (terms.multipliers, [rule for rule in terms.rules if rule.task]) == ((), [])


def test_a_draft_is_begun_from_an_old_version_and_thrown_away(street: Street, sit: Sit) -> None:
    client, ours = sit(street.staff[Role.OPERATOR]), street.ours
    client.post(reverse("admin:points_rules_discard", args=[ours.ids["points_version_id"]]))
    assert PointsVersion.objects.filter(programme=ours.store.programme).count() == 1
    first = PointsVersion.objects.get(programme=ours.store.programme)
    address = f"{reverse('admin:points_rules_draft')}?programme={ours.store.programme.code}"
    client.post(address, {"based_on": str(first.pk)})
    assert PointsVersion.objects.get(programme=ours.store.programme, state=VersionState.DRAFT).based_on_id == first.pk
    foreign = f"{reverse('admin:points_rules_draft')}?programme={street.theirs.store.programme.code}"
    assert client.post(foreign).status_code == 404


def test_pts_20_member_days_and_campaigns_stand_on_a_page_of_their_own(street: Street, sit: Sit) -> None:
    """PTS-20, OP-7: what counts today comes first and is said above; a draft counts for nothing yet."""
    now, version_id = street.now, street.ours.ids["points_version_id"]
    today = now.astimezone(ZoneInfo(street.ours.store.programme.time_zone)).date()
    double = MultiplierIn(MultiplierKind.MEMBER_DAY, Decimal(2), "", today.day)
    spring = MultiplierIn(MultiplierKind.CAMPAIGN, Decimal(3), "春季", None, now - timedelta(days=9), now - timedelta(days=2))
    versions.change_draft(version_id=version_id, terms=replace(DEFAULT_TERMS, multipliers=(spring, double)), actor="test", at=now)
    client = sit(street.staff[Role.OPERATOR])
    assert 'data-multiplier="campaign"' not in page(client, "points_multipliers")
    versions.publish_draft(version_id=version_id, actor="test", at=now)
    text = page(client, "points_multipliers")
    assert re.findall(r'data-multiplier="(\w+)" data-standing="(\w+)"', text) == [("member_day", "now"), ("campaign", "over")]
    assert "Today: member day, × 2." in text
    assert f"{today:%Y-%m-%d}" in text


def test_an_operator_of_one_of_two_stores_may_not_change_their_rules(street: Street, sit: Sit) -> None:
    world.store("S101", programme_id=street.ours.store.programme_id)
    client = sit(street.staff[Role.OPERATOR])
    page(client, "points_rules")
    assert client.get(reverse("admin:points_rules_publish", args=[street.ours.ids["points_version_id"]])).status_code == 403
    assert client.get(reverse("admin:points_reward", args=[street.ours.ids["reward_id"]])).status_code == 403


REWARD = {"code": "bag", "kind": "virtual_code", "name": "帆布袋", "points": "20", "is_on": "on"}


def test_pts_10_a_reward_is_added_changed_and_listed_with_what_is_left(street: Street, sit: Sit) -> None:
    """PTS-10: price, limit and days as typed; the code stays what it was."""
    client, programme = sit(street.staff[Role.OPERATOR]), street.ours.store.programme
    address = f"{reverse('admin:points_reward_add')}?programme={programme.code}"
    assert client.post(address, REWARD | {"per_member": "2", "first_on": "2024-05-01", "last_on": "2024-05-31"}).status_code == 302
    assert client.post(address, REWARD).status_code == 400  # the code is taken
    bag = Reward.objects.get(code="bag")
    assert (bag.points, bag.per_member, bag.stock, bag.taken) == (20, 2, 0, 0)
    assert bag.valid_from is not None
    assert bag.valid_until is not None
    assert bag.valid_until - bag.valid_from == timedelta(days=31)
    change = reverse("admin:points_reward", args=[bag.pk])
    assert client.post(change, REWARD | {"code": "other", "points": "25", "name": "帆布包"}).status_code == 302
    changed = Reward.objects.get(pk=bag.pk)
    assert (changed.code, changed.points, changed.name, changed.valid_until) == ("bag", 25, "帆布包", None)
    text = page(client, "points_rewards")
    assert 'data-left="1"' in text  # two codes of the mug, one given
    assert "sold out" in text  # no codes of the bag yet
    for bad in ({"points": "0"}, {"name": ""}, {"per_member": "0"}):
        assert client.post(change, REWARD | bad).status_code == 400, bad


def test_pts_11_a_coupon_is_chosen_from_ones_own_templates(street: Street, sit: Sit) -> None:
    """PTS-11: the reward gives coupons of a template of the programme; without one, or with another shop's, it is refused."""
    client, programme = sit(street.staff[Role.OPERATOR]), street.ours.store.programme
    address = f"{reverse('admin:points_reward_add')}?programme={programme.code}"
    ours, theirs = (CouponTemplate.objects.get(pk=each.ids["template_id"]).code for each in (street.ours, street.theirs))
    for offer in ("", theirs):
        assert client.post(address, REWARD | {"kind": "coupon", "offer": offer}).status_code == 400, offer
    assert not Reward.objects.filter(code="bag").exists()
    assert client.post(address, REWARD | {"kind": "coupon", "offer": ours}).status_code == 302
    assert Reward.objects.get(code="bag").payload == {"template": ours}


def upload(client: Any, reward_id: int, text: str | bytes) -> Any:
    content = text.encode() if isinstance(text, str) else text
    return client.post(reverse("admin:points_reward_codes", args=[reward_id]), {"upload": SimpleUploadedFile(CODES, content)})


def test_bad_codes_are_named_by_their_line_and_none_is_taken(street: Street, sit: Sit) -> None:
    client, reward_id = sit(street.staff[Role.OPERATOR]), street.ours.ids["reward_id"]
    answer = upload(client, reward_id, f"code\nGOOD-1\nBAD ONE\n{'x' * 81}\n\nGOOD-1\n")
    text = answer.content.decode()
    assert answer.status_code == 400
    for words in ("Line 3: a code has no blanks.", "Line 4: a code has at most 80 characters.", "Line 6: the same code as in line 2."):
        assert words in text, words
    assert RewardCode.objects.filter(reward_id=reward_id).count() == 2
    assert upload(client, reward_id, "code\n\n").status_code == 400


def test_good_codes_raise_the_stock_by_as_many_as_are_new(street: Street, sit: Sit) -> None:
    client, reward_id = sit(street.staff[Role.OPERATOR]), street.ours.ids["reward_id"]
    assert upload(client, reward_id, "CUP-AAAA-0001\r\n新码\uff0d3\r\nN-4\r\n".encode("gb18030")).status_code == 302
    assert Reward.objects.get(pk=reward_id).stock == 4
    assert set(RewardCode.objects.filter(reward_id=reward_id).values_list("code", flat=True)) == {
        "CUP-AAAA-0001", "CUP-BBBB-0002", "新码\uff0d3", "N-4",
    }  # fmt: skip


def test_a_pair_needs_both_programmes_and_is_kept(street: Street, sit: Sit) -> None:
    """PTS-23: 100 : 80 in steps of 50; an operator of one shop makes no other programme owe."""
    ours, theirs = street.ours.store, street.theirs.store
    said = {"to_programme": theirs.programme_id, "ratio_from": 100, "ratio_to": 80, "step": 50, "minimum": 50, "is_on": "on"}
    address = f"{reverse('admin:points_exchange_add')}?programme={ours.programme.code}"
    assert sit(street.staff[Role.OPERATOR]).post(address, said).status_code == 400
    assert not ExchangePair.objects.filter(to_programme=theirs.programme).exists()
    both = sit(world.staff("both", (StaffRole.OPERATOR, ours), (StaffRole.OPERATOR, theirs)))
    assert both.post(address, said | {"daily_cap": "500"}).status_code == 302
    pair = ExchangePair.objects.get(from_programme=ours.programme, to_programme=theirs.programme)
    assert (pair.ratio_from, pair.ratio_to, pair.step, pair.minimum, pair.daily_cap) == (100, 80, 50, 50, 500)
    change = reverse("admin:points_exchange", args=[pair.pk])
    assert both.post(change, said | {"ratio_to": "0"}).status_code == 400
    assert both.post(change, said | {"ratio_to": "70", "is_on": ""}).status_code == 302
    pair.refresh_from_db()
    assert (pair.ratio_to, pair.is_on) == (70, False)
    assert "100 : 70" in page(both, "points_exchanges", programme=ours.programme.code)
    assert sit(street.staff[Role.OPERATOR]).get(change).status_code == 404  # to a programme that is not theirs


def test_an_order_is_tried_on_a_draft_and_not_kept(street: Street, sit: Sit) -> None:
    """OP-6, PTS-02, PTS-20: 250.00 on a member day give 4 by the rules that hold; 299.99 on another day 2; nothing is written."""
    client, ours = sit(street.staff[Role.OPERATOR]), street.ours
    number = Membership.objects.get(pk=ours.ids["membership_id"]).member_no
    before = (Order.objects.count(), PointsEntry.objects.count())

    def tried(amount: str, paid_on: str, **more: str) -> str:
        said = {"member_no": number, "amount": amount, "paid_on": paid_on, **more}
        return page(client, "points_trial", ours.ids["points_version_id"], **said)

    assert 'data-points="4"' in tried("250", "2024-05-28")
    assert 'data-points="2"' in tried("299.99", "2024-05-29")
    assert 'data-points="0"' in tried("99.99", "2024-05-29")
    address = reverse("admin:points_trial", args=[ours.ids["points_version_id"]])
    said = {"member_no": "NOBODY", "amount": "10", "paid_on": "2024-05-28"}
    assert "Nobody of this programme bears this number." in client.get(address, said).content.decode()
    assert (Order.objects.count(), PointsEntry.objects.count()) == before


def test_an_order_that_is_there_is_tried_by_its_number(street: Street, sit: Sit) -> None:
    """Issue 4 item 2: 250.00 at 0.02 in the draft are 5 points; another shop's order is none; nothing is written."""
    client, ours = sit(street.staff[Role.OPERATOR]), street.ours
    version_id = ours.ids["points_version_id"]
    terms = replace(DEFAULT_TERMS, points_per_unit=Decimal("0.02"), multipliers=())
    versions.change_draft(version_id=version_id, terms=terms, actor="test", at=street.now)
    line = OrderLineIn(line_no=1, sku="COAT", name="羊毛大衣", quantity=1, unit_price_minor=25000, paid_minor=25000)
    amounts: dict[str, Any] = {"goods_minor": 25000, "paid_minor": 25000, "lines": (line,)}
    for shop, number in ((ours, "T1"), (street.theirs, "T2")):
        told = order_in(shop.store, shop.member_id, number, street.now, **amounts)
        activity_services.record_orders(orders=[told], actor="test", booked_at=street.now)
    before = PointsEntry.objects.count()
    assert 'data-points="5"' in page(client, "points_trial", version_id, order_no="T1")
    address = reverse("admin:points_trial", args=[version_id])
    for number in ("T2", "NONE"):
        assert "has an order of this number" in client.get(address, {"order_no": number}).content.decode()
    empty = client.get(address, {"order_no": "", "member_no": ""})
    assert (empty.status_code, empty.content.decode().count("Say this, or the number of an order.")) == (400, 3)
    assert PointsEntry.objects.count() == before


def closed(programme_id: int, day_on: date, **figures: int) -> LiabilityDay:
    said = {"opening": 0, "issued": 0, "redeemed": 0, "expired": 0, "reversed": 0, **figures}
    closing = said["opening"] + said["issued"] - said["redeemed"] - said["expired"] - said["reversed"]
    return LiabilityDay(
        programme_id=programme_id, day_on=day_on, closing=closing, debt=3, members=2, unit_cost_minor=100,
        taken_at=world.NOW, **said,
    )  # fmt: skip


def test_the_liability_looks_ahead_and_the_file_says_the_same(street: Street, sit: Sit) -> None:
    programme, now = street.ours.store.programme, street.now
    LiabilityDay.objects.bulk_create([closed(programme.pk, date(2024, 5, 19), issued=1000)])
    give(Membership.objects.get(pk=street.ours.ids["membership_id"]), 40, now, ends_at=now + timedelta(days=1))
    client = sit(street.staff[Role.OPERATOR])
    assert f'hx-get="{reverse("admin:points_expiring")}?programme={programme.code}"' in page(client, "points_liability")
    text = page(client, "points_expiring")
    rows = re.findall(r'data-month="([^"]+)".*?data-free="(\d+)".*?data-held="(\d+)"', text)
    assert len(rows) == 12
    free = sum(int(row[1]) for row in rows)
    assert free >= 40
    assert f'data-expiring="{free}"' in text
    address = reverse("admin:points_expiring_csv")
    lines = list(csv.reader(io.StringIO(client.get(address).content.decode("utf-8-sig"))))
    assert [tuple(line[:3]) for line in lines[1:]] == rows
    for each in (address, reverse("admin:points_expiring")):
        assert client.get(each, {"programme": street.theirs.store.programme.code}).status_code == 404
        assert sit(street.staff[Role.CUSTOMER_SERVICE]).get(each).status_code == 403
    assert "十二个月内将过期" in client.get(reverse("admin:points_liability"), headers={"accept-language": "zh-hans"}).content.decode()


def test_a_multiplier_offers_the_levels_by_name(street: Street, sit: Sit) -> None:
    client, ours = sit(street.staff[Role.OPERATOR]), street.ours
    text = page(client, "points_version", ours.ids["points_version_id"])
    box = text.split('name="multiplier-1-level"')[1].split("</select>")[0]
    assert f'<option value="L3">L3级{ours.tag}</option>' in box


def test_a_category_nobody_has_bought_of_is_taken_with_a_remark(street: Street, sit: Sit) -> None:
    """Also where it is published. Beginnings of paths count."""
    client, ours, version_id = sit(street.staff[Role.OPERATOR]), street.ours, street.ours.ids["points_version_id"]
    address = reverse("admin:points_version", args=[version_id])
    OrderLine.objects.filter(order__store__programme=ours.store.programme).update(category="母婴/奶粉")
    assert (
        client.post(address, boxes(client, version_id) | {"only_categories": "母婴, 母", "not_categories": "母婴/奶粉, 奶粉"}).status_code
        == 302
    )
    for name in ("points_version", "points_rules_publish"):
        said = re.findall("has goods of the category (\\S+?)\\.<", page(client, name, version_id))
        assert said == ["母", "奶粉"], name
    OrderLine.objects.all().update(category="")
    assert page(client, "points_version", version_id).count("has goods of the category") == 4


@pytest.mark.parametrize(
    ("redeemed", "rate", "band", "words"),
    [
        (590, "59.0 %", "low", "偏低"),
        (600, "60.0 %", "healthy", "健康"),
        (800, "80.0 %", "healthy", "健康"),
        (801, "80.1 %", "high", "偏高"),
    ],
)
def test_op_6_3_the_consumption_rate_has_its_band(street: Street, sit: Sit, redeemed: int, rate: str, band: str, words: str) -> None:
    """OP-6.3, PTS-13."""
    LiabilityDay.objects.bulk_create([closed(street.ours.store.programme_id, date(2024, 5, 19), issued=1000, redeemed=redeemed)])
    client = sit(street.staff[Role.OPERATOR])
    text = page(client, "points_liability")
    assert rate in text
    assert f'data-band="{band}"' in text
    chinese = client.get(reverse("admin:points_liability"), headers={"accept-language": "zh-hans"}).content.decode()
    assert words in chinese


def test_a_day_on_which_more_came_back_than_went_has_an_empty_bar() -> None:
    assert '<rect class="gx-bar-value" width="0.00"' in bar(-3, 313)


def test_op_6_2_months_add_up_and_the_file_says_the_same(street: Street, sit: Sit) -> None:
    """OP-6.2, PTS-15, PTS-26: difference 0 in every line, value = closing x 1.00; one line a day in the file."""
    programme = street.ours.store.programme
    april = closed(programme.pk, date(2024, 4, 30), opening=100, issued=120, redeemed=30, expired=5)
    may = closed(programme.pk, date(2024, 5, 1), opening=185, issued=20, redeemed=4, reversed=1)
    LiabilityDay.objects.bulk_create([april, may])
    client = sit(street.staff[Role.OPERATOR])
    text = page(client, "points_liability")
    assert text.count('data-difference="0"') == 2
    assert 'data-period="2024-04"' in text
    assert 'data-closing="185"' in text
    assert "data-value>¥200.00<" in text
    days = page(client, "points_liability", by="day")
    assert days.count('data-period="2024-0') == 2
    answer = client.get(reverse("admin:points_liability_csv"), {"from_on": "2024-04-01", "until_on": "2024-05-31"})
    assert answer["Content-Disposition"].endswith('-20240401-20240531.csv"')
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1][:7] == ["2024-04-30", "100", "120", "30", "5", "0", "185"]
    assert rows[2][:7] == ["2024-05-01", "185", "20", "4", "0", "1", "200"]
    assert len(rows) == 3
    for bad in ({}, {"from_on": "2024-05-02", "until_on": "2024-05-01"}, {"from_on": "1990-01-01", "until_on": "2024-05-01"}):
        assert client.get(reverse("admin:points_liability_csv"), bad).status_code == 302, bad
    foreign = {"from_on": "2024-04-01", "until_on": "2024-05-31", "programme": street.theirs.store.programme.code}
    assert client.get(reverse("admin:points_liability_csv"), foreign).status_code == 404
    assert sit(street.staff[Role.CUSTOMER_SERVICE]).get(reverse("admin:points_liability_csv"), foreign).status_code == 403
