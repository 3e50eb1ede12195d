"""The bank test's reader (R01): during the storm, in one snapshot after the other, do the accounts add up?"""

import threading
from pathlib import Path

import psycopg

PAUSE = 0.1  # seconds between two snapshots
WRONG = (Path(__file__).parent / "sql" / "wrong_now.sql").read_text(encoding="utf-8")


class Reader:
    """A thread that looks until it is stopped. snapshots: how many it saw.  wrong: accounts that did not add up, of all snapshots."""

    def __init__(self, database_url: str) -> None:
        self.snapshots, self.wrong = 0, list[str]()
        self._url, self._stopped = database_url, threading.Event()
        self._thread = threading.Thread(target=self._look, name="reader", daemon=True)

    def __enter__(self) -> "Reader":
        self._thread.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self._stopped.set()
        self._thread.join(timeout=30)

    def _look(self) -> None:
        while not self._stopped.is_set():
            try:
                with psycopg.connect(self._url, autocommit=True, connect_timeout=2) as connection:
                    while not self._stopped.wait(PAUSE):
                        rows = connection.execute(WRONG).fetchall()  # one statement is one snapshot
                        self.snapshots += 1
                        self.wrong += [f"{what} of membership {membership_id}" for what, membership_id in rows]
            except psycopg.OperationalError:  # Postgres was killed
                self._stopped.wait(PAUSE)
