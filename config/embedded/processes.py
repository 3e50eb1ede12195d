"""Processes that end with their parent, and a lock that cannot be stale."""

import ctypes
import fcntl
import os
import platform
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1


def die_with_parent(sign: signal.Signals) -> Callable[[], None] | None:
    """What a child runs before exec so that the kernel sends it `sign` when we die, however we die; None where there is no such thing.

    It must run after the change of user, which clears the wish (subprocess does so), and in a child of the main thread, whose end counts.
    """
    if platform.system() != "Linux":
        return None
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(sign))
        if os.getppid() != parent:  # it died before we could ask
            os._exit(1)

    return ask


def end(child: subprocess.Popen[bytes], sign: signal.Signals, *, seconds: float) -> None:
    """Ask a child to end, wait, and kill its whole group if it has not."""
    if child.poll() is None:
        child.send_signal(sign)
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def command_of(pid: int) -> str:
    """The command line of a process, empty when there is none; a zombie has none either."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return ""
    return subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout


@dataclass
class Lock:
    """A lock file whose text counts only while the kernel says it is held: a file that was left behind proves nothing."""

    path: Path
    handle: int | None = None

    def take(self, seconds: float = 0) -> bool:
        """True when it is ours now; waits up to `seconds` for whoever has it."""
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        until = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    os.close(handle)
                    return False
                time.sleep(0.05)
            else:
                self.handle = handle
                return True

    def holder(self) -> str | None:
        """What the holder wrote, or None when nobody holds it."""
        if not self.path.exists():
            return None
        if self.take():
            self.release()
            return None
        return self.path.read_text()

    def write(self, text: str) -> None:
        assert self.handle is not None
        os.ftruncate(self.handle, 0)
        os.pwrite(self.handle, text.encode(), 0)

    def release(self) -> None:
        if self.handle is not None:
            os.close(self.handle)
            self.handle = None
