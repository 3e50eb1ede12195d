"""Nothing is kept of a person without a purpose and a basis (DAT-04, PIPL 6 and 13)."""

from collections import Counter
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.utils import translation

from core import classification, purposes
from core.purposes import Basis, Entry, Purpose
from members.enums import ConsentPurpose
from tags.rules import summary

OF_A_PERSON = ("members.Member", "members.Identity", "members.Address", "members.Child", "tags.MemberDay")
PERSONAL = (classification.DataClass.L3, classification.DataClass.L4)


def columns() -> set[str]:
    """Personal columns that say something of a member: keys, which only join rows, aside."""
    return {
        f"{found.model}.{found.field}"
        for found in classification.fields()
        if found.model in OF_A_PERSON and found.data_class in PERSONAL and not is_key(found.model, found.field)
    }


def is_key(model: str, name: str) -> bool:
    field: Any = apps.get_model(model)._meta.get_field(name)
    return bool(field.primary_key or field.is_relation)


def without_entry(entries: Iterable[Entry]) -> set[str]:
    return columns() - {name for entry in entries for name in entry.fields}


def test_each_of_the_57_columns_has_a_purpose_and_a_basis() -> None:
    """DAT-04: 57 of 57."""
    found = Counter(entry.code for entry in purposes.entries())
    assert {code for code in found if code.startswith("DAT-")} == {f"DAT-{number:02d}" for number in range(7, 64)}
    assert (sum(code.startswith("DAT-") for code in found.elements()), max(found.values())) == (57, 1)


def test_each_personal_column_stands_in_the_catalogue() -> None:
    """DAT-04: a column without an entry fails: as the occupation would without its own."""
    entries = list(purposes.entries())
    assert without_entry(entries) == set()
    assert without_entry(entry for entry in entries if entry.code != "DAT-14") == {"members.Member.occupation"}


def test_entries_name_columns_there_are_and_say_which_consent() -> None:
    for entry in purposes.entries():
        for name in entry.fields:
            model, _dot, field = name.rpartition(".")
            assert apps.get_model(model)._meta.get_field(field), name
        assert (entry.consent in ConsentPurpose.values) is (entry.basis is Basis.CONSENT), entry


def test_what_nobody_tells_us_is_not_kept() -> None:
    """A-49: of what no fact tells nothing is kept, and each figure of days is kept where the registry says."""
    kept = {entry.code: entry.fields for entry in purposes.entries()}
    assert {code for code, fields in kept.items() if not fields} == {"DAT-09", *summary.UNKNOWN}
    for indicator in summary.INDICATORS.values():
        assert f"tags.MemberDay.{indicator.column}" in kept[indicator.id]


@pytest.mark.parametrize("entry", ['purpose = "fun"\nbasis = "contract"', 'purpose = "reach"\nbasis = "because"', 'purpose = "reach"'])
def test_an_entry_that_does_not_say_why_is_refused(entry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "purposes.toml").write_text(f"[DAT-64]\nfields = []\n{entry}\n", encoding="utf-8")
    app = apps.get_app_config("members")
    monkeypatch.setattr(app, "path", str(tmp_path))
    monkeypatch.setattr(classification, "own_apps", lambda: [app])
    with pytest.raises((ValueError, KeyError)):
        list(purposes.entries())


def test_the_command_prints_the_catalogue_in_the_readers_language() -> None:
    out = StringIO()
    with translation.override("en"):
        call_command("data_purposes", stdout=out)
    assert (
        "DAT-10  members.Member.birthday  to reckon levels, points and benefits  consent (PIPL 13.1) policy" in out.getvalue().splitlines()
    )
    assert "DAT-09  not kept  to offer what suits the member  consent (PIPL 13.1) external_data" in out.getvalue().splitlines()
    assert set(purposes.WORDS) == {*Purpose, *Basis}
