"""What tags do for a new programme: it gets life-cycle stages and RFM classes as automatic tags (STO-09)."""

from django.conf import settings

from core import registry
from stores.events import ProgrammeCreated
from tags.services import presets


def on_programme_created(fact: ProgrammeCreated) -> None:
    """Whatever levels were chosen; a blank programme stays blank. Names are data: they are written in the house's usual language."""
    if fact.preset != registry.BLANK:
        presets.apply_presets(programme_id=fact.programme_id, language=settings.LANGUAGE_CODE, actor=fact.actor, at=fact.booked_at)
