"""`make bench`: starts servers of its own, makes a world, measures, prints one table and writes it down beside as JSON.

Durability is Postgres' default (fsync on). Everything listens on the loopback address; everything started here ends with the run.
"""

import argparse
import logging
import os
import platform
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from config.embedded.places import data_folder, server_folder
from config.embedded.servers import SETTINGS, Addresses, Servers
from tests.bench.figures import Report, say, seconds
from tests.program import end_on_signals, revision

if TYPE_CHECKING:
    from tests.bench.world import World

PARTS = (
    "lookups", "member-page", "searches", "api", "imports", "members",
    "rfm", "simulation", "growth", "points", "coupons", "tags", "webhooks", "backup",
)  # fmt: skip


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description="How fast the house is, beside the floor of the same machine."
    )
    parser.add_argument("--members", type=int, default=100_000, help="people of the world (default: %(default)s)")
    parser.add_argument("--orders", type=int, default=2_000_000, help="their orders (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="1,000 members, 10,000 orders, ten stores and few repetitions: does it run?")
    parser.add_argument("--rounds", type=int, default=3, help="of what is done over everybody: rfm, simulation, growth, tags")
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART", help=f"in this order, of {', '.join(PARTS)}"
    )
    parser.add_argument("--set", nargs="+", default=[], metavar="NAME=VALUE", help="Postgres settings, such as shared_buffers=4GB")
    parser.add_argument("--json", type=Path, help="where the figures are written; default: .data/bench/<date>.json")
    found = parser.parse_args(words)
    if found.quick:
        found.members, found.orders = 1_000, 10_000
    if found.members < 1_000 or found.orders < 10_000:
        parser.error("at least 1,000 members and 10,000 orders")
    return found


@contextmanager
def servers(settings: dict[str, str]) -> Iterator[Addresses]:
    """A Postgres and a Valkey of this run alone, whatever servers the environment names; their files go with them."""
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    own = Servers(server_folder(), name=f"bench-{os.getpid()}", settings=SETTINGS | settings)
    try:
        addresses = own.start()
        os.environ.update(addresses.environment())
        yield addresses
    finally:
        own.stop()
        shutil.rmtree(own.folder, ignore_errors=True)


def machine() -> dict[str, object]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**30
    return {"cores": os.cpu_count(), "memory_gb": memory, "system": platform.system(), "python": platform.python_version()}


def measure(said: argparse.Namespace, addresses: Addresses, file: Path) -> Report:
    """Needs the servers; Django starts here, because its settings name them. Each part is written down when it is over."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"
    import django

    django.setup()
    from django.contrib import admin
    from django.core.management import call_command
    from django.utils import timezone

    from tests.bench import sizes, world

    logging.getLogger().setLevel(logging.WARNING)  # the site logs into a file of its own
    warnings.filterwarnings("ignore", message="No directory at", category=UserWarning)  # nothing is collected: files come from the apps
    admin.autodiscover()
    say("Migrating")
    call_command("migrate", verbosity=0)
    say(f"Making {said.members:,} members and {said.orders:,} orders")
    now = timezone.now()
    made = world.generate(members=said.members, orders=said.orders, stores=10 if said.quick else world.STORES, now=now, say=say)
    world.settle()
    say("Measuring")
    report = Report(
        {
            "at": now.isoformat(timespec="seconds"),
            "revision": revision(),
            "machine": machine(),
            "members": said.members,
            "orders": said.orders,
            "settings": said.set,
            "rounds": said.rounds,
            "load_before": round(os.getloadavg()[0], 1),
            "seconds": {},
        }
    )
    parts = _parts(said, made, report, addresses)
    for name in said.only:
        say(f"{name}:")
        report.facts["seconds"][name] = round(seconds(parts[name]), 1)
        report.write(file)  # what follows may fail, after an hour
    sizes_found = sizes.measured()
    report.facts["sizes"] = [asdict(size) for size in sizes_found]
    say(f"What all takes on the disk:\n\n{sizes.table(sizes_found)}\n")
    report.facts["load_after"] = round(os.getloadavg()[0], 1)
    report.write(file)
    return report


def _parts(said: argparse.Namespace, made: "World", report: Report, addresses: Addresses) -> dict[str, Callable[[], None]]:
    """What each part measures, by its name."""
    from tests.bench import api, backup, coupons, growth, imports, lookups, members, pages, points, rfm, simulation, site, tags, webhooks

    few, url = said.quick, addresses.database_url
    rounds = 1 if few else said.rounds
    agents = cache(lambda: site.agents(20 if few else 60, made.now))

    def served(work: Callable[[site.Site], None]) -> Callable[[], None]:
        def measured() -> None:
            with site.served(addresses.environment(), data_folder() / "bench") as door:
                work(door)

        return measured

    return {
        "lookups": lambda: lookups.measure(made, report, url, number=20 if few else 100, rounds=2 if few else 4),
        "member-page": served(lambda door: pages.measure_member_page(made, report, door, agents(), number=20 if few else 80)),
        "searches": served(lambda door: pages.measure_searches(made, report, door, agents(), number=10 if few else 50)),
        "api": served(
            lambda door: api.measure(made, report, door, rounds=1 if few else 4, seconds=1.0 if few else 2.0, batches=1 if few else 5)
        ),
        "imports": lambda: imports.measure(made, report, rounds=1 if few else 4, orders=1_000 if few else 5_000),
        "members": lambda: members.measure(made, report, rounds=1 if few else 4, people=500 if few else 5_000),
        "rfm": lambda: rfm.measure(made, report, rounds=rounds),
        "simulation": lambda: simulation.measure(made, report, rounds=rounds),
        "growth": lambda: growth.measure(made, report, rounds=rounds, entries=5_000 if few else 100_000),
        "points": served(
            lambda door: points.measure(
                made, report, url, door, rounds=1 if few else 4, seconds=1.0 if few else 3.0,
                lots=20_000 if few else 1_000_000, awards=2_000 if few else 100_000,
            )
        ),
        "coupons": lambda: coupons.measure(
            made, report, url, rounds=1 if few else 3, seconds_each=1.0 if few else 3.0, at_once=1_000 if few else 10_000
        ),
        "tags": lambda: tags.measure(made, report, rounds=rounds),
        "webhooks": lambda: webhooks.measure(made, report, messages=1_000 if few else 10_000, delivered_for=1.0 if few else 5.0),
        "backup": lambda: backup.measure(report, url),
    }  # fmt: skip


def main() -> None:
    said = arguments()
    end_on_signals()
    file = said.json or data_folder() / "bench" / f"{datetime.now(UTC):%Y%m%dT%H%M%S}.json"
    with servers(dict(pair.split("=", 1) for pair in said.set)) as addresses:
        report = measure(said, addresses, file)
    sys.stdout.write(f"\n{report.table()}\n\n")
    missed = [figure.path for figure in report.figures if figure.met is False]
    say(f"{len(report.figures)} figures, {len(missed)} targets missed; written to {file}")


if __name__ == "__main__":
    main()
