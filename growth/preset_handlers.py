"""What growth does for a new programme: it gets levels, benefits, an RFM model and growth rules (STO-09)."""

from django.conf import settings

from core import registry
from growth.services import presets
from stores.events import ProgrammeCreated


def on_programme_created(fact: ProgrammeCreated) -> None:
    """Apply the preset that was chosen, or the usual one, so that no programme starts blank."""
    if fact.preset == registry.BLANK:
        return
    presets.apply_preset(
        programme_id=fact.programme_id,
        preset=fact.preset or presets.DEFAULT,
        language=settings.LANGUAGE_CODE,
        actor=fact.actor,
        at=fact.booked_at,
    )
