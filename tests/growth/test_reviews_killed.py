"""A review that is killed, or run by two workers at once, ends as an undisturbed one (ruling 8, ruling 28)."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from core.models import Notice, OutboxMessage
from growth.enums import RunState
from growth.models import GiftGrant, GiftItem, LevelHistory, LevelReview, LevelScheme, LevelTerms, MemberLevel
from growth.services import reviews
from stores.models import Programme
from tests import world
from tests.growth import house
from tests.growth.threads import at_once
from tests.killing import kill

ROOT = Path(__file__).resolve().parents[2]
SEED = 20240601
MEMBERS = 42
FIRST = datetime(2024, 5, 31, 18, 0, tzinfo=UTC)  # 02:00 on the first of June in Shanghai
JUNE = date(2024, 6, 1)


def programme(code: str) -> Programme:
    """Sixty members: a third fall, a third rise with a pack, a third stay."""
    made = house.counting(world.store(code).programme)
    GiftItem.objects.create(terms=LevelTerms.objects.get(version__scheme__programme=made, rank=2), kind="points", payload={"points": 100})
    for number in range(MEMBERS):
        growth, level = ((100, "L3"), (9000, "L1"), (3000, "L1"))[number % 3]
        house.membership(made, growth=growth, level=level)
    return made


def scheme_of(of: Programme) -> int:
    return LevelScheme.objects.get(programme=of).pk


def content(of: Programme) -> dict[str, Any]:
    """What a review leaves, without the numbers of rows."""
    row = LevelReview.objects.get(scheme__programme=of)
    history = LevelHistory.objects.filter(membership__programme=of)
    return {
        "review": (row.state, row.done, row.total, row.result),
        "held": Counter(MemberLevel.objects.filter(membership__programme=of).values_list("level__code", "protected_until")),
        "history": Counter(history.values_list("cause", "level_from__code", "level_to__code", "occurred_at")),
        "gifts": GiftGrant.objects.filter(membership__programme=of).count(),
        "messages": Counter(Notice.objects.filter(programme_id=of.pk).values_list("template", flat=True)),
        "webhooks": OutboxMessage.objects.filter(topic="level.changed", payload__programme=of.code).count(),
    }


WANTED = {"down": MEMBERS // 3, "up": MEMBERS // 3, "same": MEMBERS // 3, "moves": {"L3>L2": MEMBERS // 3, "L1>L2": MEMBERS // 3}}


def start(of: Programme) -> "subprocess.Popen[bytes]":
    """A real process on the test's database, in small chunks, each of which takes a while."""
    settings = connection.settings_dict
    url = f"postgres://{settings['USER']}:{settings['PASSWORD']}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
    code = (
        "import django; django.setup()\n"
        "from datetime import date, datetime\n"
        "from growth.services import reviews\n"
        f"now = lambda: datetime.fromisoformat({FIRST.isoformat()!r})\n"
        f"reviews.run_review(scheme_id={scheme_of(of)}, review_on=date(2024, 6, 1), now=now, again=False, chunk=3)"
    )
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def reached(of: Programme, process: "subprocess.Popen[bytes]", done: int) -> None:
    """Wait until the review is so far."""
    for _tick in range(24000):
        row = LevelReview.objects.filter(scheme__programme=of).values_list("done", flat=True).first()
        if process.poll() is not None or (row is not None and row >= done):
            return
        time.sleep(0.005)
    raise AssertionError("the review did not get on")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_five_times_and_finished_it_is_as_if_undisturbed(capsys: pytest.CaptureFixture[str]) -> None:
    undisturbed, disturbed = programme("S001"), programme("S002")
    reviews.run_review(scheme_id=scheme_of(undisturbed), review_on=JUNE, now=lambda: FIRST)
    wanted = content(undisturbed)
    assert wanted["review"] == (RunState.DONE, MEMBERS, MEMBERS, WANTED)
    assert (wanted["gifts"], wanted["webhooks"]) == (MEMBERS // 3, 2 * MEMBERS // 3)
    moments = random.Random(SEED)
    hit = []
    for done in (0, *sorted(moments.sample(range(3, MEMBERS - 9), 4))):
        process = start(disturbed)
        reached(disturbed, process, done)
        time.sleep(moments.uniform(0, 0.02))
        kill(process)
        hit.append(LevelReview.objects.filter(scheme__programme=disturbed).values_list("done", flat=True).first())
    with capsys.disabled():
        print(f"\nkilled with {hit} of {MEMBERS} memberships reviewed")
    assert any(0 < (each or 0) < MEMBERS for each in hit), "no kill hit the review"
    assert start(disturbed).wait(timeout=300) == 0
    assert content(disturbed) == wanted


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_review_once() -> None:
    """LVL-10, ruling 8."""
    reviewed = programme("S001")

    def work() -> LevelReview | None:
        return reviews.run_review(scheme_id=scheme_of(reviewed), review_on=JUNE, now=lambda: FIRST, again=False, chunk=3)

    answers = at_once(work, work, work)
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    assert sum(answer is not None for answer in answers) == 1
    assert content(reviewed)["review"] == (RunState.DONE, MEMBERS, MEMBERS, WANTED)
    assert content(reviewed)["webhooks"] == 2 * MEMBERS // 3
