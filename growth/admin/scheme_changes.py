"""What a draft of levels changes of the version that holds, line by line, for whoever publishes it."""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from core import words
from growth.admin.changes import Told, of_boxes
from growth.admin.scheme_forms import DownwardForm, LevelForm, UpwardForm
from growth.rules.schemes import LevelIn, SchemeTerms
from growth.templatetags.growth import measured


def changes(before: SchemeTerms, after: SchemeTerms, *, benefits: Mapping[str, str], currency: str) -> list[Told]:
    """benefits: names by code. Notes and descriptions are left out: nothing depends on them."""
    return [*_of_all(before, after), *_of_levels(before, after, benefits, currency)]


def _of_all(before: SchemeTerms, after: SchemeTerms) -> Iterator[Told]:
    for form in (UpwardForm, DownwardForm):
        held, drafted = (form(initial={name: getattr(terms, name) for name in form.base_fields}) for terms in (before, after))
        yield from of_boxes(held, drafted, but=["note"])


def _of_levels(before: SchemeTerms, after: SchemeTerms, benefits: Mapping[str, str], currency: str) -> Iterator[Told]:
    held = {level.code: level for level in before.by_rank}
    labels = {name: str(field.label) for name, field in LevelForm.base_fields.items()}

    def threshold(level: LevelIn, terms: SchemeTerms) -> str:
        return str(measured(level.threshold, terms.basis, currency))

    for level in after.by_rank:
        old = held.pop(level.code, None)
        if old is None:
            yield level.name, labels["threshold"], _("no such level"), threshold(level, after)
            continue
        if old.name != level.name:
            yield level.name, labels["name"], old.name, level.name
        if old.rank != level.rank:
            yield level.name, _("place, from the lowest"), str(old.rank + 1), str(level.rank + 1)
        if (old.threshold, before.basis) != (level.threshold, after.basis):
            yield level.name, labels["threshold"], threshold(old, before), threshold(level, after)
        if old.rfm_unit != level.rfm_unit:
            yield level.name, labels["rfm_unit"], f"{old.rfm_unit:,}", f"{level.rfm_unit:,}"
        if old.gifts != level.gifts:
            yield level.name, _("Upgrade gift pack"), "", _("changed")
        was, becomes = ({each.code: each for each in of.benefits} for of in (old, level))
        moved = [code for code in {**was, **becomes} if was.get(code) != becomes.get(code)]
        if moved:
            yield level.name, _("Benefits"), "", words.listed(benefits.get(code, code) for code in moved)
    for old in held.values():
        yield old.name, labels["threshold"], threshold(old, before), _("removed")
