"""A run that is killed leaves nothing half done, two at once are one, and nobody reads half of it (ruling 8, ruling 28)."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from stores.models import Programme
from tags import checks
from tags.enums import RunState
from tags.models import MemberBits, MemberTag, TagDue, TagRun
from tags.services import runs
from tests import world
from tests.killing import kill
from tests.tags import house
from tests.tags.house import counts
from tests.world import NOW

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
MEMBERS = 300
WOMEN = {"==": [{"var": "gender"}, "female"]}
WORKER = """
import sys, time
import django; django.setup()
from datetime import datetime
from tags.services import runs
class Watcher:
    def phase(self, name, *, total):
        self.seen(f"{name} begins")
    def at(self, done):
        self.seen(f"layer {done} written")
    def seen(self, what):
        if what == sys.argv[2]:
            print(what, flush=True)
            time.sleep(60)
runs.run(run_id=int(sys.argv[1]), now=lambda: datetime.fromisoformat(sys.argv[3]), watcher=Watcher())
"""


def url() -> str:
    settings = connection.settings_dict
    return f"postgres://{settings['USER']}:{settings['PASSWORD']}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"


def start(run_id: int, stops_at: str = "") -> "subprocess.Popen[bytes]":
    """A real worker at a run, which waits to be killed where it is told to."""
    environment = {**os.environ, "DATABASE_URL": url(), "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(run_id), stops_at, NOW.isoformat()],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.fixture
def programme() -> Programme:
    """Two layers of tags, 300 members."""
    found = world.platform()
    house.crowd(found, MEMBERS // 2, gender="female")
    house.crowd(found, MEMBERS // 2, gender="male")
    house.by_rule(found, WOMEN, "women")
    house.by_rule(found, {"!": {"has_tag": "women"}}, "others")
    return found


def test_killed_anywhere_it_leaves_nothing_and_the_next_tick_does_it(programme: Programme, capsys: pytest.CaptureFixture[str]) -> None:
    """Ruling 8: the dead worker's lock is free; what it had not committed is not there."""
    asked = runs.request_run(programme_id=programme.pk, actor="test", at=NOW)
    hit = []
    for place in ("judging begins", "layer 1 written", "layer 2 written"):
        process = start(asked.pk, place)
        assert process.stdout is not None
        hit.append(process.stdout.readline().decode().strip())
        assert runs.run(run_id=asked.pk, now=lambda: NOW) is None  # it is held
        kill(process)
        process.stdout.close()
        assert not MemberTag.objects.exists() and not MemberBits.objects.exists()
        assert TagRun.objects.get().state == RunState.RUNNING
    with capsys.disabled():
        print(f"\nkilled at: {'; '.join(hit)}")
    assert hit == ["judging begins", "layer 1 written", "layer 2 written"]
    assert [counts(run) for run in runs.run_waiting(now=lambda: NOW)] == [(MEMBERS, 0)]
    assert runs.run_waiting(now=lambda: NOW) == []
    assert checks.disagreements() == [] and not TagDue.objects.exists()


def test_nobody_reads_half_a_run(programme: Programme) -> None:
    """Design section 7: until it commits, others see what was there before; then all of it."""
    asked = runs.request_run(programme_id=programme.pk, actor="test", at=NOW)
    seen: list[int] = []

    class Reader:
        """Looks through a connection of its own whenever the run tells where it is."""

        def __init__(self) -> None:
            self.other = psycopg.connect(url(), autocommit=True)

        def phase(self, _name: str, *, total: int) -> None:
            self.look()

        def at(self, _done: int) -> None:
            self.look()

        def look(self) -> None:
            row = self.other.execute("SELECT count(*) FROM tags_membertag WHERE ended_at IS NULL").fetchone()
            assert row is not None
            seen.append(row[0])

    reader = Reader()
    runs.run(run_id=asked.pk, now=lambda: NOW, watcher=reader)
    reader.look()
    reader.other.close()
    assert seen == [0, 0, 0, MEMBERS]
