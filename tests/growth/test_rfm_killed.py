"""A cycle that is killed, or run by two at once, leaves what an undisturbed one leaves (R13, R14, ruling 28)."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from growth.enums import Mode, Reason
from growth.models import GrowthAccount, GrowthEntry, LevelHistory, LevelReview, MemberLevel, RfmClock, RfmRun, RfmSnapshot
from stores.models import Membership, Programme
from tests import world
from tests.growth import house
from tests.growth.rfm_world import at, orders_by_hand
from tests.killing import kill

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
SEED = int(os.environ.get("KILL_SEED", "531"))
MEMBERS = 50
MONTH = date(2024, 5, 1)


def twins(number: int) -> list[Programme]:
    """So many stores' programmes with the same members, who bought the same and hold the same growth value."""
    world.platform()
    stores = [world.store(f"S{place:03}") for place in range(1, number + 1)]
    for store in stores:
        house.counting(store.programme, mode=Mode.RFM)
    rng = random.Random(SEED)
    members = [world.enrol(None, f"+86137{place:08}", at=at("2023-01-01")).member_id for place in range(MEMBERS)]
    growth = {member_id: rng.choice([0, 100, 2990, 7950, 19_900, 49_500, 60_000]) for member_id in members}
    told = []
    for member_id in members:
        for _turn in range(rng.choice([0, 1, 2, 5, 8, 13])):
            moment = at(date(2024, 5, 31) - timedelta(days=rng.choice([0, 5, 30, 31, 60, 100, 180, 200])))
            told.append((member_id, moment, rng.choice([100, 40_000, 400_000, 1_000_000])))
    told.sort(key=lambda each: each[1])
    for store in stores:
        for member_id in members:
            found = house.membership(store.programme, growth=growth[member_id], member_id=member_id)
            Membership.objects.filter(pk=found.pk).update(joined_at=at("2023-01-01"))
            found.levels.update(since=at("2023-01-01"))
        orders_by_hand(store, told)
    return [store.programme for store in stores]


def content(programme: Programme) -> dict[str, Counter[Any]]:
    """Everything a cycle leaves, without the numbers of rows."""
    columns = [
        "r_days", "f_count", "m_minor", "r_score", "f_score", "m_score", "value_milli", "rfm_class", "customer_group", "layer",
        "level__code", "rfm_unit", "bought", "requested", "applied", "activity_growth", "f_dropped",
    ]  # fmt: skip
    snapshots = RfmSnapshot.objects.filter(run__programme=programme)
    entries = GrowthEntry.objects.filter(account__membership__programme=programme, reason=Reason.RFM)
    accounts = GrowthAccount.objects.filter(membership__programme=programme)
    history = LevelHistory.objects.filter(membership__programme=programme)
    held = MemberLevel.objects.filter(membership__programme=programme)
    return {
        "snapshots": Counter(snapshots.values_list("membership__member_id", *columns)),
        "entries": Counter(
            entries.values_list(
                "account__membership__member_id", "account_version", "requested", "applied", "balance_after", "effect_key", "occurred_at"
            )
        ),
        "accounts": Counter(accounts.values_list("membership__member_id", "balance", "version")),
        "history": Counter(history.values_list("membership__member_id", "level_from__code", "level_to__code", "cause", "occurred_at")),
        "levels": Counter(held.values_list("membership__member_id", "level__code", "since")),
        "runs": Counter(
            RfmRun.objects.filter(programme=programme).values_list("state", "done", "total", "result__members", "result__entries")
        ),
    }


def environment() -> dict[str, str]:
    """Of a process on the test's database."""
    settings = connection.settings_dict
    url = f"postgres://{settings['USER']}:{settings['PASSWORD']}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
    return {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings.test"}


def start(programme: Programme) -> "subprocess.Popen[bytes]":
    """A real process on the test's database, in small chunks so that there is something to be cut."""
    code = (
        "import django; django.setup()\n"
        "from datetime import date, datetime\n"
        "from growth.services import rfm_cycles\n"
        f"now = lambda: datetime.fromisoformat({at('2024-06-01', '02:00').isoformat()!r})\n"
        f"rfm_cycles.run_cycle(programme_id={programme.pk}, period_on=date({MONTH.year}, {MONTH.month}, 1), now=now, again=False, chunk=2)"
    )
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def reached(programme: Programme, process: "subprocess.Popen[bytes]", done: int) -> None:
    """Wait until the run is so far: -1 for its first sign of life."""
    for _tick in range(6000):
        row = RfmRun.objects.filter(programme=programme).values_list("done", flat=True).first()
        if process.poll() is not None or (row is not None and row >= done):
            return
        time.sleep(0.005)
    raise AssertionError("the cycle did not get on")


def test_killed_five_times_and_finished_it_is_as_if_undisturbed(capsys: pytest.CaptureFixture[str]) -> None:
    """RFM-09, ruling 8: the dead worker's lock is free, and the run goes on where it was."""
    undisturbed, disturbed = twins(2)
    assert start(undisturbed).wait(timeout=300) == 0
    wanted = content(undisturbed)
    assert wanted["snapshots"].total() == MEMBERS and wanted["entries"].total() > MEMBERS // 2 and wanted["history"].total() > MEMBERS
    moments = random.Random(SEED)
    hit = []
    for done in (0, *sorted(moments.sample(range(4, MEMBERS - 10), 4))):
        process = start(disturbed)
        reached(disturbed, process, done)
        time.sleep(moments.uniform(0, 0.05))
        kill(process)
        hit.append(RfmRun.objects.values_list("phase", "done").get(programme=disturbed))
    with capsys.disabled():
        phases = "; ".join(f"{phase or 'beginning'} at {done} of {MEMBERS}" for phase, done in hit)
        print(f"\nseed {SEED}: killed in {phases}")
    assert sum(0 < done < MEMBERS for _phase, done in hit) >= 3, "the kills hit the posting"
    assert start(disturbed).wait(timeout=300) == 0
    found = content(disturbed)
    assert {name: (found[name] - wanted[name], wanted[name] - found[name]) for name in wanted if found[name] != wanted[name]} == {}


def test_two_at_once_are_one() -> None:
    """R13: two workers begin the same cycle; one does it, the other leaves it alone; a third run adds nothing."""
    alone, shared = twins(2)
    assert start(alone).wait(timeout=300) == 0
    both = [start(shared), start(shared)]
    assert [process.wait(timeout=300) for process in both] == [0, 0]
    assert start(shared).wait(timeout=300) == 0
    assert content(shared) == content(alone)


class Beat:
    """A scheduler process, told what time it is. sent: the tasks it has sent, by name."""

    def __init__(self, first: datetime) -> None:
        self.sent: Counter[str] = Counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.growth.beat"],
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.say(first)

    def say(self, moment: datetime) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{moment.isoformat()}\n")
        self.process.stdin.flush()

    def hear(self) -> None:
        """Wait until it has done what was due."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("ticked"):
                self.sent.update(line.split()[1:])
                return
        raise AssertionError(f"the beat has ended: {self.process.wait()}")

    def stop(self) -> None:
        self.process.communicate(timeout=60)


def test_two_beats_of_thirty_days_run_each_period_once() -> None:
    """R14, ruling 28: two DatabaseScheduler processes tick at the same moments; each sends the month's task on its two days."""
    [programme] = twins(1)
    days = [date(2024, 5, 20) + timedelta(days=place) for place in range(30)]
    beats = [Beat(at(days[0], "00:00")) for _beat in range(2)]
    try:
        for beat in beats:
            beat.hear()
        for moment in (at(day, clock) for day in days for clock in ("01:30", "02:00")):
            for beat in beats:
                beat.say(moment)
            for beat in beats:
                beat.hear()
    finally:
        for beat in beats:
            beat.stop()
    assert min(beat.sent["growth.tasks.turn_month"] for beat in beats) >= 2
    assert min(beat.sent["growth.tasks.update_rfm_states"] for beat in beats) >= len(days)
    assert list(RfmRun.objects.filter(programme=programme).values_list("period_on", "state")) == [(MONTH, "done")]
    assert RfmSnapshot.objects.count() == MEMBERS
    assert not GrowthEntry.objects.filter(reason=Reason.RFM).exclude(effect_key="rfm:2024-05").exists()
    assert list(LevelReview.objects.filter(scheme__programme=programme).values_list("review_on", "state")) == [(date(2024, 6, 1), "done")]
    assert RfmClock.objects.get(version__programme=programme).as_of_on == days[-1] - timedelta(days=1)
