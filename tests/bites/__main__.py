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
from types import FrameType
from typing import NoReturn

from config.embedded.places import PROJECT, data_folder
from config.embedded.processes import Lock, die_with_parent, end
from tests.bites.faults import PASSED, CannotPlant, Fault, judged, load, table

PLACE = "place"  # a file beside the copy that says where its servers keep their data
AT_MOST = 900  # seconds for the tests of one fault
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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


# --- the copy ---


def tracked() -> list[str]:
    """The project's files, by git's list of them, as they are now."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=False)
    if listed.returncode:
        raise SystemExit("git does not know this folder, so nobody can say which files are the project's. Take a clone.")
    return [name for name in listed.stdout.split("\0") if (PROJECT / name).is_file()]


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of the project in a folder of this run, which is gone afterwards. Copies of runs that were killed go first."""
    home = data_folder() / "bites"
    home.mkdir(exist_ok=True)
    for left in home.iterdir():
        if Lock(left / "lock").holder() is None:
            forget(left)
    folder = home / str(os.getpid())
    folder.mkdir()
    lock = Lock(folder / "lock")
    lock.take()
    try:
        root = folder / "project"
        for name in tracked():
            target = root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, target)
        (root / ".venv").symlink_to(PROJECT / ".venv")
        (folder / PLACE).write_text(place_of(root))
        yield root
    finally:
        lock.release()
        forget(folder)


def environment(root: Path) -> dict[str, str]:
    """Servers are started by the tests' own conftest, in the copy's own data folder."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "DJANGO_"))}
    for name in ("DATABASE_URL", "REDIS_URL", "TEST_DATABASE_TEMPLATE", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE"):
        ours.pop(name, None)
    if "DATA_DIR" in ours:
        ours["DATA_DIR"] = str(root / ".data")
    return ours | {"COLUMNS": "240", "POINTS_HISTORIES": "5", "CLAIM_ROUNDS": "2"}


def place_of(root: Path) -> str:
    """Where the servers of a copy keep their data: in it, or for root, whose servers run as somebody else, under the temporary folder."""
    asked = [sys.executable, "-c", "from config.embedded.places import server_folder; print(server_folder())"]
    answer = subprocess.run(asked, cwd=root, env=environment(root), capture_output=True, text=True, check=False)
    if answer.returncode:
        raise SystemExit(f"No servers for the copy:\n{answer.stderr}")
    return answer.stdout.strip()


def forget(folder: Path) -> None:
    """Remove a copy and what its servers have left."""
    place = folder / PLACE
    if place.exists():
        shutil.rmtree(place.read_text(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def planted(fault: Fault, root: Path) -> Iterator[None]:
    """The copy with the fault in it. Afterwards its files are as they were, to the second, so that nothing else is made anew."""
    kept = {name: ((root / name).read_bytes(), (root / name).stat()) for name in fault.files}
    try:
        for edit in fault.edits:
            edit.apply(root)
        yield
    finally:
        for name, (content, was) in kept.items():
            (root / name).write_bytes(content)
            os.utime(root / name, ns=(was.st_atime_ns, was.st_mtime_ns))


# --- running ---


def run(root: Path, tests: Sequence[str], log: Path | None, *options: str) -> tuple[int, str]:
    """pytest in the copy: how it ended, and what it said."""
    command = [sys.executable, "-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider", "-q", "--tb=short", *options, *tests]
    child = subprocess.Popen(
        command,
        cwd=root,
        env=environment(root),
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


def bite(fault: Fault, root: Path, log: Path | None) -> Bite:
    """Plant a fault and look. Caught is what a test says; a copy that does not run at all catches nothing."""
    began = time.monotonic()
    with planted(fault, root):
        code, output = run(root, fault.caught_by, log, "-x")
    caught, why = judged(code, output)
    return Bite(fault, caught, why, time.monotonic() - began)


def revision() -> str:
    asked = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=PROJECT, capture_output=True, text=True, check=False)
    return asked.stdout.strip()


def stop(_number: int, _frame: FrameType | None) -> NoReturn:
    """End; while ending, further signals change nothing: every wait of the way out has a limit."""
    for sign in SIGNALS:
        signal.signal(sign, signal.SIG_IGN)
    raise SystemExit(1)


def main() -> int:
    said = arguments()
    faults = [each for each in load() if not said.faults or each.name in said.faults]
    if said.list:
        say(table(faults))
        return 0
    for sign in SIGNALS:
        signal.signal(sign, stop)
    began, at = time.monotonic(), datetime.now(UTC)
    faults.sort(key=lambda each: each.is_migrated)  # those that need no new databases first: they share one
    with copied() as root:
        tests = list(dict.fromkeys(test for each in faults for test in each.caught_by))
        say(f"{len(faults)} faults. First, do all {len(tests)} tests pass in the unbroken copy?")
        code, output = run(root, tests, said.log)
        if code != PASSED:
            say(output)
            say("They do not, so that they fail would say nothing.")
            return 2
        say(f"They do, after {time.monotonic() - began:.0f} s.")
        bites = []
        for number, each in enumerate(faults, 1):
            found = bite(each, root, said.log)
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
