"""An import that is killed and run again leaves the database an undisturbed one would have left (ruling 28).

Each run of the tests takes the first fifteen thousand lines; IMPORT_LINES=600000 takes the whole file.
"""

import gzip
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from activity.models import AfterSale, Order
from tests import world
from tests.imports.content import content, differences, leftovers
from tests.killing import kill
from tests.world import NOW

ROOT = Path(__file__).resolve().parents[2]
MAPPING = ROOT / "demo" / "data" / "online_retail.toml"
SOURCE = ROOT / "demo" / "data" / "online_retail.csv.gz"
SEED = 20260521
LINES = int(os.environ.get("IMPORT_LINES", "15000"))
CHUNK = max(25, LINES // 600)  # orders at a time: small enough that there is something to be cut


@pytest.fixture
def part(tmp_path: Path) -> Path:
    """The first lines of the real purchases, or all."""
    path = tmp_path / "part.csv"
    with gzip.open(SOURCE, "rt", encoding="utf-8", newline="") as lines:
        path.write_text("".join(line for _number, line in zip(range(LINES + 1), lines, strict=False)), encoding="utf-8", newline="")
    return path


@pytest.fixture
def two_stores(transactional_db: None) -> Iterator[None]:
    for code in ("UKGIFT", "UKGIFT-INTL"):
        world.store(code, foreign_currency="GBP", foreign_rate=Decimal(10))
    yield


def command(part: Path) -> list[str]:
    return ["import_orders", str(part), "--map", str(MAPPING), "--now", NOW.isoformat()]


def start(part: Path, *options: str) -> subprocess.Popen[bytes]:
    """A real process on the test's database, in small chunks."""
    settings = connection.settings_dict
    url = f"postgres://{settings['USER']}:{settings['PASSWORD']}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
    code = (
        "import django; django.setup()\n"
        f"from activity.services import imports; imports.ORDERS_AT_MOST = {CHUNK}; imports.LINES_AT_MOST = {20 * CHUNK}\n"
        f"from django.core.management import call_command; call_command(*{[*command(part), *options]!r}, skip_checks=True)"
    )
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings.test"}
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def empty() -> None:
    call_command("flush", interactive=False, verbosity=0)
    for code in ("UKGIFT", "UKGIFT-INTL"):
        world.store(code, foreign_currency="GBP", foreign_rate=Decimal(10))


@pytest.mark.slow
def test_killed_three_times_and_finished_it_is_as_if_undisturbed(two_stores: None, part: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # given what an undisturbed run leaves, which recorded two members' orders at a time
    assert start(part, "--at-once", "2").wait(timeout=max(300, LINES // 50)) == 0
    wanted = content()
    every = wanted["orders"].total()
    assert every > 400
    assert AfterSale.objects.filter(order__isnull=False).count() >= 20
    empty()
    # when it is killed at random moments: once while it reads, twice while it records
    moments = random.Random(SEED)
    hit = []
    for after_orders in (0, moments.randrange(every // 10, every // 2), moments.randrange(every // 2, every * 9 // 10)):
        process = start(part)
        wait_for(process, after_orders)
        time.sleep(moments.uniform(0, 0.4))
        kill(process)
        hit.append(Order.objects.count())
    with capsys.disabled():
        print(f"\nkilled with {hit} of {every} orders recorded")
    assert hit[0] <= hit[1] <= hit[2]
    assert 0 < hit[1] < every, "no kill hit the recording"
    # and then left alone
    assert start(part).wait(timeout=max(300, LINES // 50)) == 0
    # then
    assert differences(content(), wanted) == {}
    assert leftovers() == 0


def wait_for(process: subprocess.Popen[bytes], orders: int) -> None:
    """Until so many orders are recorded; for none: until the process has begun to read."""
    for _tick in range(6000 + LINES):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_class WHERE relname = 'activity_import_line' AND relpersistence = 't'")
            begun = cursor.fetchone()[0]
        if process.poll() is not None or (begun and Order.objects.count() >= orders):
            return
        time.sleep(0.02)
    raise AssertionError("the import did not get on")


@pytest.mark.slow
def test_the_same_file_twice_is_the_same_database(two_stores: None, part: Path) -> None:
    call_command(*command(part))
    once = content()
    call_command(*command(part))
    assert differences(content(), once) == {}
    assert leftovers() == 0
