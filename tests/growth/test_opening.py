"""Growth values and levels taken over from the system before, once."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command

from growth.models import GrowthEntry, LevelHistory
from growth.selectors import ledger as ledger_selectors
from growth.services import ledger, opening
from growth.services.opening import Opened
from members.models import Member
from stores.models import Membership, Programme
from tests.growth import house
from tests.world import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


def load(programme: Programme, *lines: str, apply: bool = True, heading: str = "one_id,phone,growth_value,level") -> tuple[Opened, str]:
    report = io.StringIO()
    report.close = lambda: None  # type: ignore[method-assign]
    content = "\n".join([heading, *lines]).encode()
    done = opening.import_growth(
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


def test_growth_and_levels_are_taken_over_once(programme: Programme) -> None:
    """Issue item 9, LVL-34: VIP1..VIP5 are the levels from the lowest up; a second run knows them all."""
    people = [person(programme) for _each in range(5)]
    lines = [f"{one_id},,{1000 * place},VIP{place}" for place, (_member, one_id, _phone) in enumerate(people, start=1)]
    assert load(programme, *lines)[0] == Opened(lines=5, taken_over=5, known=0, refused=0)
    assert [ledger_selectors.balance(member.pk) for member, *_rest in people] == [1000, 2000, 3000, 4000, 5000]
    assert [member.levels.get().level.code for member, *_rest in people] == ["L0", "L1", "L2", "L3", "L4"]
    entry = GrowthEntry.objects.get(account=people[0][0].pk)
    assert (entry.reason, entry.source_id, entry.actor, entry.booked_at) == ("opening", "line 2", "test", LATER)
    assert LevelHistory.objects.filter(cause="imported").count() >= 4
    assert load(programme, *lines)[0] == Opened(lines=5, taken_over=0, known=5, refused=0)
    assert GrowthEntry.objects.count() == 5


def test_bad_lines_are_reported_and_the_others_loaded(programme: Programme) -> None:
    """LVL-34: an unknown code is a row error."""
    (one, first, _p), (two, _id, phone), (three, third, _q), (four, fourth, _r) = (person(programme) for _each in range(4))
    ledger.adjust_growth(
        membership_id=four.pk, delta=1, reason_text="lives", actor="test", occurred_at=NOW, booked_at=NOW, effect_key="adjust:1"
    )
    done, report = load(
        programme, f"{first},,100,L1", f",{phone},200,", "NOBODY,,5,", f"{third},,5,VIP9", f"{third},,-5,", f"{first},,7,", f"{fourth},,9,",
        f"{third},,,VIP2", ",,1,",
    )  # fmt: skip
    assert done == Opened(lines=9, taken_over=3, known=0, refused=6)
    assert [(line.split(",")[0], line.split(",")[1]) for line in report.splitlines()[1:]] == [
        ("4", "one_id"), ("5", "level"), ("6", "growth_value"), ("7", ""), ("8", "growth_value"), ("10", "phone"),
    ]  # fmt: skip
    assert [ledger_selectors.balance(each.pk) for each in (one, two, three, four)] == [100, 200, 0, 1]
    assert [each.levels.get().level.code for each in (one, two, three)] == ["L1", "L0", "L1"]
    again, _report = load(programme, f"{first},,101,L1")
    assert (again.refused, ledger_selectors.balance(one.pk)) == (1, 100)


def test_nothing_is_kept_without_apply(programme: Programme, tmp_path: Path) -> None:
    _member, one_id, _phone = person(programme)
    assert load(programme, f"{one_id},,100,L1", apply=False)[0].taken_over == 1
    assert not GrowthEntry.objects.exists()
    file = tmp_path / "growth.csv"
    file.write_text(f"one_id,growth_value,level\n{one_id},100,L1\n")
    words = ["import_growth", str(file), "--programme", programme.code, "--now", LATER.isoformat()]
    call_command(*words, stdout=io.StringIO())
    assert not GrowthEntry.objects.exists()
    call_command(*words, "--apply", stdout=io.StringIO())
    assert GrowthEntry.objects.get().applied == 100
