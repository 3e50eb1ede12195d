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
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.embedded.places import data_folder, server_folder
from config.embedded.servers import SETTINGS, Addresses, Servers
from tests.bench.figures import Report, say
from tests.program import end_on_signals, revision

PARTS = (
    "lookups", "member-page", "searches", "api", "imports", "members",
    "rfm", "simulation", "growth", "points", "coupons", "tags", "webhooks",
)  # fmt: skip


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description="How fast the house is, beside the floor of the same machine."
    )
    parser.add_argument("--members", type=int, default=100_000, help="people of the world (default: %(default)s)")
    parser.add_argument("--orders", type=int, default=2_000_000, help="their orders (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="1,000 members, 10,000 orders, ten stores and few repetitions: does it run?")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART", help=f"of {', '.join(PARTS)}")
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


def measure(said: argparse.Namespace, addresses: Addresses) -> Report:
    """Needs the servers; Django starts here, because its settings name them."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"
    import django

    django.setup()
    from django.contrib import admin
    from django.core.management import call_command
    from django.utils import timezone

    from tests.bench import api, coupons, growth, imports, lookups, members, pages, points, rfm, simulation, site, tags, webhooks, world

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
            "load_before": round(os.getloadavg()[0], 1),
        }
    )
    few = said.quick
    if "lookups" in said.only:
        lookups.measure(made, report, addresses.database_url, number=20 if few else 100, rounds=2 if few else 4)
    with site.served(addresses.environment(), data_folder() / "bench") as served:
        agents = site.agents(20 if few else 60, now)
        if "member-page" in said.only:
            pages.measure_member_page(made, report, served, agents, number=20 if few else 80)
        if "searches" in said.only:
            pages.measure_searches(made, report, served, agents, number=10 if few else 50)
        if "api" in said.only:
            api.measure(made, report, served, rounds=1 if few else 4, seconds=1.0 if few else 2.0, batches=1 if few else 5)
    if "imports" in said.only:
        imports.measure(made, report, rounds=1 if few else 4, orders=1_000 if few else 5_000)
    if "members" in said.only:
        members.measure(made, report, rounds=1 if few else 4, people=500 if few else 5_000)
    if "rfm" in said.only:
        rfm.measure(made, report, rounds=1 if few else 3)
    if "simulation" in said.only:
        simulation.measure(made, report, rounds=1 if few else 3)
    if "growth" in said.only:
        growth.measure(made, report, rounds=1 if few else 3, entries=5_000 if few else 100_000)
    if "points" in said.only:
        with site.served(addresses.environment(), data_folder() / "bench") as served:
            points.measure(
                made, report, addresses.database_url, served, rounds=1 if few else 4, seconds=1.0 if few else 3.0,
                lots=20_000 if few else 1_000_000, awards=2_000 if few else 100_000,
            )  # fmt: skip
    if "coupons" in said.only:
        coupons.measure(
            made, report, addresses.database_url, rounds=1 if few else 3, seconds_each=1.0 if few else 3.0, at_once=1_000 if few else 10_000
        )
    if "tags" in said.only:
        tags.measure(made, report, rounds=1 if few else 3)
    if "webhooks" in said.only:
        webhooks.measure(made, report, messages=1_000 if few else 10_000, delivered_for=1.0 if few else 5.0)
    report.facts["load_after"] = round(os.getloadavg()[0], 1)
    return report


def main() -> None:
    said = arguments()
    end_on_signals()
    with servers(dict(pair.split("=", 1) for pair in said.set)) as addresses:
        report = measure(said, addresses)
    file = said.json or data_folder() / "bench" / f"{str(report.facts['at'])[:19].replace(':', '')}.json"
    report.write(file)
    sys.stdout.write(f"\n{report.table()}\n\n")
    missed = [figure.path for figure in report.figures if figure.met is False]
    say(f"{len(report.figures)} figures, {len(missed)} targets missed; written to {file}")


if __name__ == "__main__":
    main()
