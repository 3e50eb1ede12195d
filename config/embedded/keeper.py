"""Who keeps the servers of this project running, if anybody: one process at a time, known by a lock it holds."""

import json
import os
import signal
from dataclasses import asdict, dataclass
from pathlib import Path

from config.embedded.places import PROJECT
from config.embedded.processes import Lock


@dataclass(frozen=True)
class Keeper:
    """The process that keeps servers, what it was started as ("demo" or "db"), where it answers and what its servers' addresses are."""

    pid: int
    what: str
    address: str
    environment: dict[str, str]

    def write(self, lock: Lock) -> None:
        lock.write(json.dumps(asdict(self)))


def lock_of(folder: Path) -> Lock:
    return Lock(folder / "keeper.lock")


def running(folder: Path | None = None) -> Keeper | None:
    """The keeper of this data folder, or None. A file left behind by a killed one is not believed."""
    folder = folder or Path(os.environ.get("DATA_DIR") or PROJECT / ".data")
    if not os.access(folder, os.W_OK):
        return None
    text = lock_of(folder).holder()
    return Keeper(**json.loads(text)) if text else None


def stop(folder: Path, *, seconds: float = 90) -> Keeper | None:
    """Ask the keeper to stop everything and wait until it has. Returns who it was, None when nobody ran. Raises TimeoutError."""
    keeper = running(folder)
    if keeper is None:
        return None
    os.kill(keeper.pid, signal.SIGTERM)
    lock = lock_of(folder)
    if not lock.take(seconds):
        raise TimeoutError(f"Process {keeper.pid} has not stopped after {seconds:.0f} s.")
    lock.release()
    return keeper
