"""Real processes that are ended in the middle of their work."""

import signal
import subprocess
import time

from django.db import connection

TICK = 0.01
PATIENCE = 60  # seconds
HELD = """
SELECT count(*) FROM pg_locks AS lock JOIN pg_database AS ours ON ours.oid = lock.database AND ours.datname = current_database()
WHERE lock.locktype = 'advisory' AND lock.pid <> pg_backend_pid()
"""


def kill(process: "subprocess.Popen[bytes]") -> None:
    """SIGKILL; and wait until the server has noticed that nobody is there any more, and freed what the dead one held."""
    process.send_signal(signal.SIGKILL)
    process.wait()
    freed()


def freed() -> None:
    """Wait until no other session of this database holds a lock of ours."""
    end = time.monotonic() + PATIENCE
    while _others():
        assert time.monotonic() < end, "the server still holds the locks of the dead"
        time.sleep(TICK)


def _others() -> int:
    with connection.cursor() as cursor:
        cursor.execute(HELD)
        return int(cursor.fetchone()[0])
