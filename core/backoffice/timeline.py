"""Everything that happened with a member, from all apps, newest first (CSL-16)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from core import registry
from core.backoffice.keyset import Place
from core.registry import TimelineEntry, TimelineSource
from core.scope import Scope

_END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)


def page(*, member_id: int, scope: Scope, after: Place | None, limit: int) -> tuple[list[TimelineEntry], Place | None]:
    """At most `limit` entries older than `after`, and the place the next page begins after (None at the end)."""
    found: list[TimelineEntry] = []
    for source in registry.timeline_sources():
        found += _older(source, member_id, scope, after, limit + 1)
    found.sort(key=lambda entry: (entry.at, entry.key), reverse=True)
    shown = found[:limit]
    more = len(found) > limit
    return shown, Place(shown[-1].at, shown[-1].key) if more else None


def _older(source: TimelineSource, member_id: int, scope: Scope, after: Place | None, limit: int) -> Sequence[TimelineEntry]:
    """A source knows instants only; entries of the cursor's own instant are asked for again and those already shown dropped.

    So many may share one instant that the answer is all of them: then more is asked for.
    """
    before = after.at + timedelta(microseconds=1) if after else _END_OF_TIME
    asked = limit
    while True:
        answer = source.entries(member_id, scope, before, asked)
        older = [entry for entry in answer if after is None or (entry.at, entry.key) < after]
        if len(older) >= limit or len(answer) < asked:
            return older
        asked *= 4
