"""Why what is known of a person is kept, and what allows it (DAT-04; PIPL 6, 13, 17): the catalogue in `<app>/purposes.toml`.

An entry is a thing known of a member, under the id of its requirement. Tests refuse a column of members or of their days that stands in no
entry, and an entry without purpose or basis. `manage.py data_purposes` prints the catalogue for an audit.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import classification


class Purpose(StrEnum):
    IDENTIFY = "identify"
    REACH = "reach"
    DELIVER = "deliver"
    SUIT = "suit"
    REWARD = "reward"
    SERVE = "serve"


class Basis(StrEnum):
    """Of a consent, `consent` names its purpose."""

    CONTRACT = "contract"
    CONSENT = "consent"


WORDS: dict[Purpose | Basis, str | Promise] = {
    Purpose.IDENTIFY: pgettext_lazy("purpose", "to know who it is"),
    Purpose.REACH: pgettext_lazy("purpose", "to reach the member"),
    Purpose.DELIVER: pgettext_lazy("purpose", "to deliver goods"),
    Purpose.SUIT: pgettext_lazy("purpose", "to offer what suits the member"),
    Purpose.REWARD: pgettext_lazy("purpose", "to reckon levels, points and benefits"),
    Purpose.SERVE: pgettext_lazy("purpose", "to answer the member and to mend what went wrong"),
    Basis.CONTRACT: _("contract of membership (PIPL 13.2)"),
    Basis.CONSENT: _("consent (PIPL 13.1)"),
}


@dataclass(frozen=True)
class Entry:
    """code: "DAT-10".  fields: where it is kept, "members.Member.birthday"; none where nothing is.  consent: a members.ConsentPurpose."""

    code: str
    fields: tuple[str, ...]
    purpose: Purpose
    basis: Basis
    consent: str = ""


def entries() -> Iterator[Entry]:
    """The catalogue, app by app. Raises ValueError or KeyError for an entry that does not say what it must."""
    for app in classification.own_apps():
        file = Path(app.path) / "purposes.toml"
        said = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        for code, entry in said.items():
            basis, _colon, consent = entry["basis"].partition(":")
            fields = tuple(f"{app.label}.{name}" for name in entry["fields"])
            yield Entry(code, fields, Purpose(entry["purpose"]), Basis(basis), consent)
