"""`make storm`: starts the whole system, lets shops loose on its API, kills its parts, and has an outsider count what is left.

Exit 1 on any difference. The same seed draws the same steps and the same kills; which answer meets which is the machine's doing.
"""

import argparse
import logging
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from config.embedded.places import PROJECT, data_folder
from tests.out.receiver import receiving
from tests.program import end_on_signals, revision
from tests.storm import checker, driver, journal, kills
from tests.storm.reader import Reader
from tests.storm.report import Report
from tests.storm.stack import Stack
from tests.storm.world import World

SHORT = {"writers": 4, "steps": 1200, "kills": "web=3 worker=3 postgres=1 valkey=1"}
MEMBERS = 50
STARTED = time.monotonic()


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.storm", description="Nothing is lost, nothing happens twice, whatever is killed."
    )
    parser.add_argument("--seed", type=int, default=int(time.time()) % 1_000_000, help="what chance begins with (default: the time)")
    parser.add_argument("--writers", type=int, default=8, help="shops at once (default: %(default)s)")
    parser.add_argument("--steps", type=int, default=20_000, help="calls of all writers together (default: %(default)s)")
    parser.add_argument("--kills", default="web=20 worker=20 postgres=5 valkey=5", help="kill -9 by part (default: %(default)s)")
    parser.add_argument("--short", action="store_true", help=f"three minutes: {SHORT}")
    parser.add_argument("--drain", type=float, default=300, help="seconds for messages to go out afterwards; 0: they are not judged")
    parser.add_argument("--json", type=Path, help="where the figures are written; default: the run's folder, .data/storm/<date>-<seed>")
    parser.add_argument("--keep", action="store_true", help="leave journal, logs and database; else they stay when something differs")
    found = parser.parse_args(words)
    if found.short:
        vars(found).update(SHORT)
    try:
        found.kills = kills.parse(found.kills)
    except ValueError as problem:
        parser.error(str(problem))
    if found.writers < 1 or found.steps < 50:
        parser.error("at least 1 writer and 50 steps")
    return found


def say(text: str) -> None:
    print(f"[{time.monotonic() - STARTED:6.1f} s] {text}", flush=True)


def make_world(webhook_url: str) -> World:
    """Migrate and fill. Django is set up here, when the environment names the servers; it is not used afterwards."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections
    from django.utils import timezone

    from tests.storm import making

    logging.getLogger().setLevel(logging.WARNING)
    call_command("migrate", verbosity=0)
    made = making.build(members=MEMBERS, webhook_url=webhook_url, now=timezone.now())
    connections.close_all()
    return made


def drain(database_url: str, seconds: float) -> int:
    """Wait until all messages have gone out; answers how many have not."""
    until = time.monotonic() + seconds
    waiting = (
        "SELECT (SELECT count(*) FROM core_outboxmessage WHERE fanned_out_at IS NULL)"
        " + (SELECT count(*) FROM stores_webhookdelivery WHERE state <> 'delivered')"
    )
    with psycopg.connect(database_url, autocommit=True) as connection:
        while True:
            row = connection.execute(waiting).fetchone()
            assert row is not None
            if not row[0] or time.monotonic() > until:
                return int(row[0])
            time.sleep(0.5)


def second_opinion() -> str:
    """What the product's own check says."""
    command = [sys.executable, "manage.py", "check_ledgers"]
    asked = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    return "agrees" if asked.returncode == 0 else f"differs: {asked.stdout.strip()[-2000:]} {asked.stderr.strip()[-500:]}"


def run(said: argparse.Namespace, folder: Path) -> Report:
    """The whole storm; everything it started has ended when it returns."""
    with ExitStack() as ending:
        receiver = ending.enter_context(receiving())
        stack = Stack(folder)
        ending.callback(lambda: stack.stop(keep=said.keep))
        say("Starting Postgres and Valkey, migrating, making the world")
        stack.start_servers()
        world = make_world(receiver.url)
        world.write(folder / "world.json")
        say("Starting web, worker and beat")
        stack.start()
        planned = kills.plan(said.kills, steps=said.steps, seed=said.seed)
        say(f"Storm: {said.writers} writers, {said.steps:,} steps, {len(planned)} kills")
        notes = journal.Journal(folder / "journal.jsonl", f"storm-{said.seed}")
        began, started_at = time.monotonic(), datetime.now(UTC)
        url = stack.addresses.database_url
        reader = ending.enter_context(Reader(url))
        progress, threads = driver.start(
            writers=said.writers, steps=said.steps, seed=said.seed, port=stack.port, world=world, journal=notes
        )
        ending.callback(progress.stopped.set)
        killed = kills.carry_out(
            planned, stack, progress, seed=said.seed, over=lambda: not any(thread.is_alive() for thread in threads), say=say
        )
        seconds = time.monotonic() - began
        if progress.problems:
            raise progress.problems[0]
        say("Waiting for messages to go out")
        left = drain(url, said.drain) if said.drain else None
        notes.close()
        say("Counting")
        stack.stop_parts()
        calls = journal.read(folder / "journal.jsonl")
        told = {request.webhook_id for request in receiver.received}
        found = [str(each) for each in differences(url, world, calls, told if said.drain else None)]
        found += [f"snapshot: {each}" for each in reader.wrong]
        opinion = second_opinion()
        found += [f"check_ledgers {opinion}"] if opinion != "agrees" else []
        facts = {
            "seed": said.seed, "revision": revision(), "at": started_at.isoformat(timespec="seconds"), "writers": said.writers,
            "seconds": round(seconds, 1), "heard_by_receiver": len(told), "sent_to_receiver": len(receiver.received),
        }  # fmt: skip
        return Report(facts, calls, killed, found, reader.snapshots, stack.ended, opinion, left)


def differences(url: str, world: World, calls: Sequence[journal.Call], told: set[str] | None) -> list[checker.Difference]:
    """What the outside checker says. told: ids of the messages the receiver heard; None when nobody waited for them."""
    with psycopg.connect(url) as connection:
        found = checker.check(connection, world, calls, messages=told is not None)
        return found + (checker.unheard(connection, told) if told is not None else [])


def main() -> None:
    said = arguments()
    end_on_signals()
    folder = data_folder() / "storm" / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{said.seed}"
    folder.mkdir(parents=True)
    report = run(said, folder)
    file = said.json or folder.with_suffix(".json")
    report.write(file)
    print(f"\n{report.text()}\n", flush=True)
    say(f"Written to {file}")
    if report.failures or said.keep:
        say(f"Journal, world and logs: {folder}")
    else:
        shutil.rmtree(folder)
    raise SystemExit(1 if report.failures else 0)


if __name__ == "__main__":
    main()
