"""What growth value costs: posting a batch beside COPY of its rows, and behaviour events with and without their effects."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, transaction

from activity import services as activity_services
from activity.events import BehaviourRecorded
from activity.inputs import EventIn
from core import events
from growth.models import RuleSet
from growth.services import ledger, presets
from stores import selectors as stores_selectors
from stores.models import Membership
from tests.bench.figures import Figure, Report, interleaved, percentile, seconds
from tests.bench.world import World

ACTOR = "bench"
BATCH = 1_000  # events of a call
BARE = "CREATE UNLOGGED TABLE bench_entry (LIKE growth_growthentry INCLUDING ALL)"


def measure(world: World, report: Report, *, rounds: int, entries: int) -> None:
    """In the platform's programme, whose members all count."""
    platform = stores_selectors.platform_programme()
    if not RuleSet.objects.filter(programme=platform).exists():
        presets.apply_preset(programme_id=platform.pk, preset="jd_five", actor=ACTOR, at=world.now - timedelta(days=900))
    group = f"Growth value, {world.members:,} members"
    copied, posted = [], []
    for _turn in range(rounds):
        done, floor = _post(platform.pk, entries, world.now)
        posted.append(done)
        copied.append(floor)
    rate, floor = entries / percentile(posted, 0.5), entries / percentile(copied, 0.5)
    rates = {name: percentile(found, 0.5) for name, found in interleaved(rounds, _events(world, platform.pk)).items()}
    report.add(
        Figure(
            group, f"batch of {entries:,} entries: floor walk, replay check, balances", rate, "entries/s", floor, "INSERT of the same rows"
        ),
        Figure(group, "logins recorded, five growth value each", rates["with"], "events/s", rates["without"], "the same without effects"),
    )


def _post(programme_id: int, entries: int, now: datetime) -> tuple[float, float]:
    """Seconds of posting a staged batch, and of inserting the rows it made into a table with the same indexes. Nothing is kept."""
    with transaction.atomic():
        with ledger.staged() as batch, connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO growth_staged_entry (batch, item, membership_id, requested, reason, source_type, source_id, effect_key,"
                " actor, occurred_at) SELECT %s, row_number() OVER (), id, CASE WHEN id %% 3 = 0 THEN -80 ELSE 120 END, 'adjustment',"
                " 'bench', '1', %s || turn, 'bench', now() FROM generate_series(1, %s) AS turn, stores_membership"
                " WHERE programme_id = %s LIMIT %s",
                [
                    batch,
                    uuid.uuid4().hex,
                    1 + entries // max(1, Membership.objects.filter(programme=programme_id).count()),
                    programme_id,
                    entries,
                ],
            )
            spent = seconds(lambda: ledger.post_staged(batch=batch, booked_at=now, announce=False))
            cursor.execute(BARE)
            copy = "INSERT INTO bench_entry SELECT entry.* FROM growth_growthentry AS entry JOIN growth_staged_entry AS staged"
            floor = seconds(lambda: cursor.execute(f"{copy} ON staged.entry_id = entry.id WHERE staged.batch = %s", [batch]))
        transaction.set_rollback(True)
    return spent, floor


def _events(world: World, programme_id: int) -> dict[str, Callable[[int], float]]:
    """Events a second, each a first login of its member's day, with and without those who react."""
    member_ids = list(
        Membership.objects.filter(programme=programme_id, member_id__lt=world.light).values_list("member_id", flat=True)[:BATCH]
    )
    with connection.cursor() as cursor:  # the lowest level gets nothing for logins
        cursor.execute("UPDATE growth_growthrule SET excludes_lowest = false WHERE code = 'login'")

    def tell(turn: int) -> float:
        at = world.now - timedelta(days=next(days))
        told = [
            EventIn(
                source="bench", event_id=uuid.uuid4().hex, member_id=member_id, store_id=None, kind="login", channel="app", occurred_at=at,
                attributes={"manual": True},
            )
            for member_id in member_ids
        ]  # fmt: skip
        return len(told) / seconds(lambda: activity_services.record_events(events=told, actor=ACTOR, booked_at=world.now))

    def alone(turn: int) -> float:
        with _nobody_reacts():
            return tell(turn)

    days = iter(range(1, 600))
    for run in (tell, alone):  # warming up
        run(0)
    return {"with": tell, "without": alone}


@contextmanager
def _nobody_reacts() -> Iterator[None]:
    kept = events._handlers.pop(BehaviourRecorded, [])
    try:
        yield
    finally:
        events._handlers[BehaviourRecorded] = kept
