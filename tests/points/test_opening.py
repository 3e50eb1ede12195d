"""Points taken over from the system before, with their ends, once (issue item 1)."""

import io
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from core.csvio import NotACsvFile
from core.enums import Origin
from members.models import Member
from points.errors import PointsOff
from points.models import PointsAccount, PointsEntry, PointsLot
from points.services import opening
from points.services.opening import Opened
from stores.models import Membership, Programme, Store
from tests.points import house
from tests.points.buying import balance, buy
from tests.world import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)  # 21 May
SHANGHAI = ZoneInfo("Asia/Shanghai")


def load(programme: Programme, *lines: str, apply: bool = True, heading: str = "one_id,phone,points,ends_on") -> tuple[Opened, str]:
    report = io.StringIO()
    report.close = lambda: None  # type: ignore[method-assign]
    content = "\n".join([heading, *lines]).encode()
    done = opening.import_points(
        open_file=lambda: io.BytesIO(content),
        programme_id=programme.pk,
        actor="test",
        booked_at=LATER,
        apply=apply,
        report_to=lambda: report,
    )
    return done, report.getvalue()


def person(programme: Programme) -> tuple[Membership, str, str]:
    found = house.membership(programme)
    member = Member.objects.get(pk=found.member_id)
    return found, member.one_id, member.phone


def test_points_are_taken_over_once_with_their_ends(programme: Programme) -> None:
    """Each line is a lot that lives through its last day; a second run knows them all."""
    (one, first, _p), (two, _id, phone) = person(programme), person(programme)
    lines = [f"{first},,60,2024-06-30", f"{first},,40,2024-12-31", f",{phone},5,"]
    assert load(programme, *lines) == (Opened(lines=3, taken_over=3, known=0, refused=0, points=105), "")
    assert (balance(one), balance(two)) == (100, 5)
    lots = PointsLot.objects.order_by("id").values_list("account", "remaining", "ends_at")
    assert list(lots) == [
        (one.pk, 60, datetime(2024, 7, 1, tzinfo=SHANGHAI)), (one.pk, 40, datetime(2025, 1, 1, tzinfo=SHANGHAI)), (two.pk, 5, None),
    ]  # fmt: skip
    entry = PointsEntry.objects.order_by("id")[0]
    assert (entry.kind, entry.source_id, entry.actor, entry.booked_at, entry.occurred_at) == ("opening", "line 2", "test", LATER, LATER)
    assert load(programme, *lines)[0] == Opened(lines=3, taken_over=0, known=3, refused=0, points=0)
    assert PointsEntry.objects.count() == 3


def test_an_account_is_opened_by_one_run(programme: Programme) -> None:
    """Another end or another number of points for an account that was taken over is refused; history may still be loaded."""
    member, one_id, _phone = person(programme)
    load(programme, f"{one_id},,60,2024-06-30")
    done, report = load(programme, f"{one_id},,61,2024-06-30", f"{one_id},,5,2024-12-31")
    assert (done.taken_over, done.refused, balance(member)) == (0, 2, 60)
    assert [line.split(",")[:2] for line in report.splitlines()[1:]] == [["2", "points"], ["3", "points"]]
    assert not PointsAccount.objects.get().is_live


def test_lots_of_an_account_may_stand_far_apart_in_the_file(programme: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "AT_ONCE", 1)
    member, one_id, _phone = person(programme)
    assert load(programme, f"{one_id},,60,2024-06-30", f"{one_id},,40,")[0].taken_over == 2
    assert balance(member) == 100


def test_bad_lines_are_reported_and_the_others_loaded(programme: Programme, shop: Store) -> None:
    (one, first, _p), (two, second, _q), (lives, third, _r) = (person(programme) for _each in range(3))
    buy(shop, lives)
    done, report = load(
        programme, f"{first},,100,2024-05-21", "NOBODY,,5,", f"{second},,0,", f"{second},,-5,", f"{second},,1.5,",
        f"{second},,5,31.12.2024", f"{second},,5,2024-05-20", f"{first},,7,2024-05-21", f"{third},,9,", f"{second},,8,", ",,1,",
    )  # fmt: skip
    assert done == Opened(lines=11, taken_over=2, known=0, refused=9, points=108)
    assert [tuple(line.split(",")[:2]) for line in report.splitlines()[1:]] == [
        ("3", "one_id"), ("4", "points"), ("5", "points"), ("6", "points"), ("7", "ends_on"), ("8", "ends_on"), ("9", "ends_on"),
        ("10", "points"), ("12", "phone"),
    ]  # fmt: skip
    assert [balance(each) for each in (one, two, lives)] == [100, 8, 1]


def test_history_goes_on_after_the_opening(programme: Programme, shop: Store) -> None:
    """Ruling 6."""
    member, one_id, _phone = person(programme)
    load(programme, f"{one_id},,60,")
    buy(shop, member, completed_at=LATER + timedelta(days=1), origin=Origin.BACKFILL)
    assert balance(member) == 61


def test_a_file_without_its_columns_or_a_programme_without_rules_is_refused(programme: Programme, tmp_path: Path) -> None:
    with pytest.raises(NotACsvFile):
        load(programme, "X,1", heading="one_id,points")
    Programme.objects.filter(pk=programme.pk).update(points_on=False)
    with pytest.raises(PointsOff):
        load(programme, "X,,1,")
    with pytest.raises(CommandError):
        call_command("import_points", str(tmp_path / "missing.csv"), "--programme", programme.code, stdout=io.StringIO())


def test_nothing_is_kept_without_apply(programme: Programme, tmp_path: Path) -> None:
    _member, one_id, _phone = person(programme)
    assert load(programme, f"{one_id},,100,", apply=False)[0].taken_over == 1
    assert not PointsEntry.objects.exists()
    file = tmp_path / "points.csv"
    file.write_text(f"one_id,points,ends_on\n{one_id},100,2024-12-31\n")
    words = ["import_points", str(file), "--programme", programme.code, "--now", LATER.isoformat()]
    call_command(*words, stdout=io.StringIO())
    assert not PointsEntry.objects.exists()
    call_command(*words, "--apply", stdout=io.StringIO())
    assert PointsEntry.objects.get().requested == 100
