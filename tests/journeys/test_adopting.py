"""docs/adopting.md: what a person types on the first day works as it stands there, in this order, and comes out as the page says."""

import re
import shlex
import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from activity.models import Order
from core.scope import SYSTEM
from members import search
from members.models import Member
from stores.models import Membership, Programme, Store

PAGE = Path(__file__).resolve().parents[2] / "docs" / "adopting.md"


def typed() -> list[list[str]]:
    """The words of every `python manage.py ...` in the page's blocks."""
    text = PAGE.read_text(encoding="utf-8")
    return [
        shlex.split(line)[2:] for block in re.findall(r"```\n(.*?)```", text, re.S) for line in block.splitlines() if "manage.py" in line
    ]


@pytest.mark.django_db(transaction=True)
def test_the_first_day_goes_as_it_is_written(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(project / "examples", tmp_path / "examples")
    commands = typed()
    assert [words[0] for words in commands] == ["bootstrap", "import_members", "import_members", "import_orders", "import_orders"]
    monkeypatch.chdir(tmp_path)

    call_command(*commands[0], stdout=StringIO())
    assert (Store.objects.get().code, Programme.objects.count()) == ("S001", 2)

    call_command(*commands[1], stdout=StringIO())
    assert Member.objects.count() == 0
    call_command(*commands[2], stdout=StringIO())
    assert sorted(Member.objects.values_list("name", flat=True)) == ["李雷", "林涛", "韩梅梅"]
    assert Membership.objects.count() == 6  # the store's and the platform's
    assert "号码少一位" in (tmp_path / "examples" / "members.csv.errors.csv").read_text(encoding="utf-8-sig")

    call_command(*commands[3], stdout=StringIO())
    assert Order.objects.count() == 0
    call_command(*commands[4], stdout=StringIO())
    assert dict(Order.objects.values_list("order_no", "settled_minor")) == {"A2401": 33970, "A2402": 39800, "A2403": 12900}
    assert Member.objects.count() == 3  # nobody was made twice

    for term, name in (("13500000001", "韩梅梅"), ("A2402", "李雷"), ("9003", "林涛")):
        assert [Member.objects.get(pk=found).name for found in search.find(term, SYSTEM, 10)] == [name]
