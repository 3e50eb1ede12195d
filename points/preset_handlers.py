"""What points do for a new programme: it gets rules to begin with (STO-09)."""

from core import registry
from points.services import versions
from stores.events import ProgrammeCreated


def on_programme_created(fact: ProgrammeCreated) -> None:
    """The usual rules, whatever levels were chosen, so that no programme starts without; a blank one stays blank."""
    if fact.preset != registry.BLANK:
        versions.create_default(programme_id=fact.programme_id, actor=fact.actor, at=fact.booked_at)
