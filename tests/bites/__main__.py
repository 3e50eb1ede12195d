"""`make bite`: takes one protection after the other away in a copy of the project, and runs the tests that must notice.

The copy has the project's files as they are now, servers of its own and the project's environment. It goes away with the run, however
that ends. Nothing in the project itself is touched.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from config.embedded.places import PROJECT, data_folder, server_folder
from config.embedded.processes import Lock, die_with_parent, end
from config.embedded.servers import TEST_SETTINGS, Servers
from tests.bites.faults import PASSED, CannotPlant, Fault, judged, load, table
from tests.program import end_on_signals, revision

LOCK = "run.lock"
WHOLE, BROKEN = "whole", "broken"  # databases
AT_MOST = 900  # seconds for the tests of one fault


@dataclass(frozen=True)
class Bite:
    """What became of a fault. caught: a test failed.  why: the line that tells it, or what stood in the way."""

    fault: Fault
    caught: bool
    why: str
    seconds: float


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bites", description="Do the tests notice when a protection is taken away?")
    parser.add_argument("faults", nargs="*", metavar="FAULT", help="names of faults; default: all of them")
    parser.add_argument("--list", action="store_true", help="print the table of faults and do nothing")
    parser.add_argument("--log", type=Path, help="a file for all that pytest says")
    said = parser.parse_args(words)
    known = {each.name for each in load()}
    if unknown := sorted(set(said.faults) - known):
        parser.error(f"there is no fault {', '.join(unknown)}")
    return said


def say(text: str) -> None:
    print(text, flush=True)


# --- the copy and its servers ---


def tracked() -> list[str]:
    """The project's files, by git's list of them, as they are now."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=False)
    if listed.returncode:
        raise SystemExit("git does not know this folder, so nobody can say which files are the project's. Take a clone.")
    return [name for name in listed.stdout.split("\0") if (PROJECT / name).is_file()]


@contextmanager
def folder_of(base: Path, name: str) -> Iterator[Path]:
    """A folder of this run, gone afterwards; those that killed runs have left go first."""
    for left in base.glob(f"{name}-*"):
        if Lock(left / LOCK).holder() is None:
            shutil.rmtree(left, ignore_errors=True)
    folder = base / f"{name}-{os.getpid()}"
    folder.mkdir()
    lock = Lock(folder / LOCK)
    lock.take()
    try:
        yield folder
    finally:
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Workshop:
    """A copy of the project at `root`, and servers for its tests: `url` of the database, `redis_url`.

    The unbroken code has migrated the database `whole`; each fault in SQL gets one like it in which only that differs.
    """

    root: Path
    url: str
    redis_url: str

    def environment(self, template: str) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "DJANGO_"))}
        for name in ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE"):
            ours.pop(name, None)
        servers = {"DATABASE_URL": self.url, "REDIS_URL": self.redis_url, "TEST_DATABASE_TEMPLATE": template}
        return ours | servers | {"COLUMNS": "240", "CLAIM_ROUNDS": "2"}

    def migrate(self, name: str) -> None:
        """Make a database by the migrations as they stand in the copy."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        place = {"DATABASE_URL": self.url.rsplit("/", 1)[0] + f"/{name}", "DJANGO_SETTINGS_MODULE": "config.settings.test"}
        command = [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity", "0"]
        subprocess.run(command, cwd=self.root, env=self.environment(name) | place, check=True)

    @contextmanager
    def template(self, fault: Fault) -> Iterator[str]:
        """The database that the tests of a planted fault are given copies of."""
        functions = [name for name in fault.files if "/sql/functions/" in name]
        migrations = [name for name in fault.files if "/migrations/" in name]
        if not functions and not migrations:
            yield WHOLE
            return
        if migrations:
            self.migrate(BROKEN)
        else:
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(BROKEN), Identifier(WHOLE)))
            with psycopg.connect(self.url, dbname=BROKEN) as connection:
                for name in functions:
                    said = (self.root / name).read_text().replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
                    connection.execute(said.encode())
        try:
            yield BROKEN
        finally:
            with psycopg.connect(self.url, autocommit=True) as connection:
                connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(BROKEN)))


@contextmanager
def workshop() -> Iterator[Workshop]:
    """Whatever servers the environment names, the copy has its own. Everything is gone afterwards."""
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    with folder_of(data_folder(), "bites") as folder:
        for name in tracked():
            target = folder / "project" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, target)
        (folder / "project" / ".venv").symlink_to(PROJECT / ".venv")
        place = server_folder()
        for left in place.glob("bitten-*"):
            if Lock(left / "servers.lock").holder() is None:
                shutil.rmtree(left, ignore_errors=True)
        servers = Servers(place, name=f"bitten-{os.getpid()}", settings=TEST_SETTINGS)
        try:
            addresses = servers.start()
            made = Workshop(folder / "project", addresses.database_url, addresses.redis_url)
            made.migrate(WHOLE)
            yield made
        finally:
            servers.stop()
            shutil.rmtree(servers.folder, ignore_errors=True)


@contextmanager
def planted(fault: Fault, root: Path) -> Iterator[None]:
    """The copy with the fault in it. Afterwards its files are as they were."""
    kept = {name: (root / name).read_bytes() for name in fault.files}
    try:
        for edit in fault.edits:
            edit.apply(root)
        yield
    finally:
        for name, content in kept.items():
            (root / name).write_bytes(content)


# --- running ---


def run(shop: Workshop, template: str, tests: Sequence[str], log: Path | None, *options: str) -> tuple[int, str]:
    """pytest in the copy: how it ended, and what it said."""
    command = [sys.executable, "-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider", "-q", "--tb=short", *options, *tests]
    child = subprocess.Popen(
        command,
        cwd=shop.root,
        env=shop.environment(template),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C is for us, who end it in order
        preexec_fn=die_with_parent(signal.SIGTERM),
    )
    try:
        said = child.communicate(timeout=AT_MOST)[0]
    except subprocess.TimeoutExpired:
        end(child, signal.SIGINT, seconds=30)
        return -1, f"nothing after {AT_MOST} seconds"
    except BaseException:
        end(child, signal.SIGINT, seconds=30)
        raise
    output = said.decode(errors="replace")
    if log:
        with log.open("a") as target:
            target.write(output)
    return child.returncode, output


def bite(fault: Fault, shop: Workshop, log: Path | None) -> Bite:
    """Plant a fault and look. Caught is what a test says; a copy that does not run at all catches nothing."""
    began = time.monotonic()
    with planted(fault, shop.root), shop.template(fault) as template:
        code, output = run(shop, template, fault.caught_by, log, "-x")
    caught, why = judged(code, output)
    return Bite(fault, caught, why, time.monotonic() - began)


def main() -> int:
    said = arguments()
    faults = [each for each in load() if not said.faults or each.name in said.faults]
    if said.list:
        say(table(faults))
        return 0
    end_on_signals()
    began, at = time.monotonic(), datetime.now(UTC)
    with workshop() as shop:
        tests = list(dict.fromkeys(test for each in faults for test in each.caught_by))
        say(f"{len(faults)} faults. First, do all {len(tests)} tests pass in the unbroken copy?")
        code, output = run(shop, WHOLE, tests, said.log)
        if code != PASSED:
            say(output)
            say("They do not, so that they fail would say nothing.")
            return 2
        say(f"They do, after {time.monotonic() - began:.0f} s.")
        bites = []
        for number, each in enumerate(faults, 1):
            found = bite(each, shop, said.log)
            bites.append(found)
            say(f"{number:3} {'caught' if found.caught else 'MISSED'} {found.seconds:5.1f} s  {each.name}\n      {found.why}")
    report(bites, at, time.monotonic() - began)
    return 0 if all(each.caught for each in bites) else 1


def report(bites: list[Bite], at: datetime, seconds: float) -> None:
    """The table and the sum of it."""
    width = max(len(each.fault.name) for each in bites)
    rules = max(len(", ".join(each.fault.rule)) for each in bites)
    say("")
    for each in bites:
        answer = "caught" if each.caught else "MISSED"
        say(f"{each.fault.name:{width}}  {', '.join(each.fault.rule):{rules}}  {answer}  {each.seconds:6.1f} s")
    caught = sum(each.caught for each in bites)
    say(f"\n{caught} of {len(bites)} caught, {at:%Y-%m-%d %H:%M} UTC, revision {revision()}, {seconds / 60:.1f} minutes.")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except CannotPlant as problem:
        sys.exit(str(problem))
