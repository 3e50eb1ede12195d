"""RFM models as versions: drafted, changed, published for the next cycle; snapshots keep theirs (RFM-05, GRW-12).

Publishing writes no state: those of the new version are reckoned when the next cycle or daily update asks for them (ruling 21).
"""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from core import versions
from growth.errors import SchemeInvalid, SchemeNotFound
from growth.models import RfmVersion
from growth.rules import rfm
from growth.rules.rfm import DEFAULT_TERMS, RfmTerms
from stores import services as stores_services


@transaction.atomic
def create_draft(*, programme_id: int, based_on_id: int | None = None, actor: str, at: datetime) -> RfmVersion:
    """A draft that says what the published model says, or an older one (based_on_id), or the defaults where there is none.

    Raises DraftExists, SchemeNotFound for a model of another programme.
    """
    stores_services.lock_programme(programme_id)
    number, base = versions.next_draft(RfmVersion.objects.filter(programme_id=programme_id), based_on_id=based_on_id)
    if based_on_id and base is None:
        raise SchemeNotFound()
    return RfmVersion.objects.create(
        programme_id=programme_id,
        number=number,
        based_on=base,
        created_by=actor,
        created_at=at,
        **_fields(rfm.terms_of(base) if base else DEFAULT_TERMS),
    )


@transaction.atomic
def change_draft(*, version_id: int, terms: RfmTerms, actor: str, at: datetime) -> RfmVersion:
    """Replace what a draft says. Weights that do not sum to 1.000 yet are kept: publishing refuses them. Raises NotADraft."""
    draft = versions.hold_draft(RfmVersion.objects.all(), version_id)
    fields = _fields(terms)
    for name, value in fields.items():
        setattr(draft, name, value)
    draft.save(update_fields=list(fields))
    return draft


@transaction.atomic
def discard_draft(*, version_id: int, actor: str, at: datetime) -> None:
    """Throw a draft away. Raises NotADraft."""
    versions.hold_draft(RfmVersion.objects.all(), version_id).delete()


def check_draft(version_id: int) -> list[rfm.Problem]:
    """What keeps a version from being published, in words; empty when nothing does. Raises SchemeNotFound."""
    found = RfmVersion.objects.filter(pk=version_id).first()
    if found is None:
        raise SchemeNotFound()
    return rfm.problems(rfm.terms_of(found))


@transaction.atomic
def publish_draft(*, version_id: int, actor: str, at: datetime) -> RfmVersion:
    """Let a draft hold from the next cycle on. Of two at once one wins.

    Raises NotADraft, SchemeInvalid with every problem in words: weights that sum to 0.900 (OP-2), bands out of order.
    """
    draft = versions.hold_draft(RfmVersion.objects.all(), version_id)
    problems = check_draft(version_id)
    if problems:
        raise SchemeInvalid(problems[0].words, field=problems[0].field, problems=[problem.words for problem in problems])
    versions.publish(draft, RfmVersion.objects.filter(programme_id=draft.programme_id), actor=actor, at=at)
    return draft


@transaction.atomic
def create_default(*, programme_id: int, actor: str, at: datetime) -> RfmVersion:
    """The model of A-12..A-14, drafted and published at once."""
    draft = create_draft(programme_id=programme_id, actor=actor, at=at)
    return publish_draft(version_id=draft.pk, actor=actor, at=at)


def _fields(terms: RfmTerms) -> dict[str, object]:
    """The columns of growth.RfmVersion."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(terms).items()}
