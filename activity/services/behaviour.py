"""Behaviour events (DAT-02, ruling 17): each (source, event_id) once."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction

from activity import rules
from activity.events import BehaviourRecorded
from activity.inputs import EventIn
from activity.models import BehaviourEvent
from activity.services import outcomes, staging
from activity.services.outcomes import Recorded
from core import events as facts
from core import partitions, sql
from core.enums import Origin
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.enums import MembershipSource
from stores.errors import StoreNotFound

log = structlog.get_logger(__name__)
_COLUMNS = (
    "batch, item, source, event_id, digest, member_id, store_id, kind, channel, occurred_at, spu, sku, order_no, line_no, path, "
    "dwell_seconds, entrance, attributes"
)


@transaction.atomic
def record_events(*, events: Sequence[EventIn], actor: str, booked_at: datetime, origin: Origin = Origin.LIVE) -> list[Recorded]:
    """Record what members did, at most 5,000 at a time; answers one Recorded an event, in the order given.

    A known (source, event_id) with the same content is answered applied False, with other content VersionConflict. Refused one by one,
    the rest applied: InvalidInput, StoreNotFound, MemberNotFound. Announces BehaviourRecorded.
    """
    stores = stores_selectors.contacts({event.store_id for event in events if event.store_id is not None})

    def checked(event: EventIn) -> EventIn:
        if event.store_id is not None and event.store_id not in stores:
            raise StoreNotFound(field="store")
        rules.check_event(event, booked_at=booked_at)
        return event

    answers, sound = outcomes.sift(enumerate(events), checked)
    partitions.ensure_months(BehaviourEvent._meta.db_table, (event.occurred_at for _index, event in sound))
    for some in outcomes.in_rounds(sound, key=lambda event: (event.source, event.event_id)):
        answers += _record(some, booked_at, origin)
    log.debug("events_recorded", actor=actor, events=len(events), applied=sum(answer.applied for answer in answers))
    return outcomes.in_order(answers)


def _record(some: Sequence[tuple[int, EventIn]], booked_at: datetime, origin: Origin) -> list[Recorded]:
    with staging.batch("activity_staged_event") as batch:
        sql.copy_in("activity_staged_event", _COLUMNS, _rows(batch, some))
        contacts = [(row["member_id"], row["store_id"], row["occurred_at"]) for row in sql.rows("activity/behaviour/contacts", batch=batch)]
        opened = stores_services.open_memberships(
            contacts=contacts, source=MembershipSource.FIRST_CONTACT, booked_at=booked_at, origin=origin
        )
        stores_services.lock_memberships(opened.values())
        sql.run("activity/behaviour/judge", batch=batch)
        sql.run("activity/behaviour/record", batch=batch, origin=origin, booked_at=booked_at)
        outcome = sql.rows("activity/behaviour/outcome", batch=batch)
        new = tuple(row["behaviour_id"] for row in outcome if row["verdict"] == "new")
        if new:
            facts.publish(BehaviourRecorded(event_ids=new, origin=origin, booked_at=booked_at))
        return [outcomes.answer(row, row["behaviour_id"]) for row in outcome]


def _rows(batch: int, some: Sequence[tuple[int, EventIn]]) -> Iterator[tuple[Any, ...]]:
    for index, event in some:
        yield (
            batch, index, event.source, event.event_id, rules.digest(event), event.member_id, event.store_id, event.kind, event.channel,
            event.occurred_at, event.spu, event.sku, event.order_no, event.line_no, event.path, event.dwell_seconds, event.entrance,
            json.dumps(dict(event.attributes), ensure_ascii=False) if event.attributes else "{}",
        )  # fmt: skip
