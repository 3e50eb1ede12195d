"""The whole running system as processes of this run alone, which can be killed with -9 and are started again as an init would do."""

import contextlib
import http.client
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis

from config.embedded.places import server_folder
from config.embedded.processes import command_of, die_with_parent
from config.embedded.servers import ENVIRONMENT, SETTINGS, Servers, answers, free_port
from config.embedded.supervisor import Child

KINDS = ("web", "worker", "postgres", "valkey")
WEB_WORKERS = 2
WEB_AS_A_WHOLE = 4  # every so many kills of the web take gunicorn with all its workers
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}  # with them off a storm proves nothing
BACK_WITHIN = 120.0  # seconds; longer means that the system does not come back
POSTGRES, VALKEY = 0, 1  # in the order in which Servers starts them


class NeverBack(Exception):
    """The API does not answer any more; the message says where the logs are."""


@dataclass(frozen=True)
class Killed:
    """kind: of KINDS.  victim: what of it.  at: seconds since 1970.  back: seconds until /readyz answered 200 again."""

    kind: str
    victim: str
    at: float
    back: float


class Mortal(Servers):
    """Servers that are started again at the same address with the same files."""

    def kill(self, which: int) -> None:
        """SIGKILL the server and all it has forked, and wait until they are gone."""
        child, _sign = self.children[which]
        pids = [child.pid, *children_of(child.pid)]
        for pid in pids:
            kill(pid)
        child.wait()
        until = time.monotonic() + 10
        while any(command_of(pid) for pid in pids) and time.monotonic() < until:
            time.sleep(0.005)

    def start_again(self, which: int, ping: Callable[[int], None]) -> None:
        dead, sign = self.children[which]
        assert isinstance(dead.args, list) and self.lock.handle is not None
        if which == POSTGRES:
            self._forget_dead_postmaster()
        with (self.folder / f"{which}-again.log").open("ab") as log:
            child = subprocess.Popen(
                dead.args, cwd="/", env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                pass_fds=[self.lock.handle], preexec_fn=die_with_parent(sign), **self.account.options,
            )  # fmt: skip
        self.children[which] = (child, sign)
        if not answers(child, ping, 0):
            raise NeverBack(f"A server does not start again. Its log is {log.name}")


class Stack:
    """Postgres, Valkey, gunicorn, a Celery worker and beat. folder: of logs.  ended: what ended without being killed, by name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("DATABASE_URL", "REDIS_URL"):
            os.environ.pop(name, None)
        self.servers = Mortal(server_folder(), name=f"storm-{os.getpid()}", settings=SETTINGS | DURABLE)
        self.port = free_port()
        self.parts: dict[str, Child] = {}
        self.ended: list[str] = []
        self._starts = self._web_kills = 0

    def start_servers(self) -> None:
        """Postgres and Valkey; the environment names them from then on."""
        self.addresses = self.servers.start()
        os.environ.update(self.addresses.environment() | {"DJANGO_SETTINGS_MODULE": "tests.storm.settings"})
        with psycopg.connect(self.addresses.database_url) as connection:
            for name, wanted in DURABLE.items():
                row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
                assert row == (wanted,), f"{name} is {row}"

    def start(self) -> None:
        """The processes of the product. Raises NeverBack."""
        for name in ("web", "worker", "beat"):
            self._start(name)
        self.wait_until_back(time.time())

    def kill(self, kind: str, dice: random.Random) -> Killed:
        """SIGKILL a part, start it again, wait until the API answers. dice: choose among workers."""
        at = time.time()
        victim = getattr(self, f"_kill_{kind}")(dice)
        return Killed(kind, victim, at, self.wait_until_back(at))

    def mend(self) -> None:
        """Start again what ended by itself."""
        for name, part in self.parts.items():
            if part.process.poll() is not None:
                self.ended.append(name)
                self._start(name)

    def wait_until_back(self, since: float) -> float:
        """Seconds since `since` when the API answers again. Raises NeverBack."""
        while time.time() < since + BACK_WITHIN:
            if self.is_ready():
                return time.time() - since
            self.mend()
            time.sleep(0.02)
        raise NeverBack(f"/readyz has not answered for {BACK_WITHIN:.0f} s. The logs are in {self.folder}")

    def is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def stop_parts(self) -> None:
        """End the processes of the product, beat first."""
        while self.parts:
            self.parts.popitem()[1].stop()

    def stop(self, *, keep: bool = False) -> None:
        """End everything, beat first. keep: leave the servers' files."""
        self.stop_parts()
        self.servers.stop()
        if not keep:
            shutil.rmtree(self.servers.folder, ignore_errors=True)

    def _start(self, name: str) -> None:
        python = [sys.executable, "-m"]
        celery = "--app config {} --loglevel warning"
        commands = {
            "web": f"gunicorn --config config/gunicorn.py --bind 127.0.0.1:{self.port} --log-level warning config.wsgi",
            "worker": f"celery {celery.format('worker')} --concurrency 2 --without-gossip --without-mingle",
            "beat": f"celery {celery.format('beat')} --scheduler config.scheduler:Scheduler --pidfile=",
        }
        environment = dict(os.environ) | {"PYTHONUNBUFFERED": "1", "LOG_LEVEL": "WARNING", "DATA_DIR": str(self.folder)}
        if name == "web":
            environment |= {"WEB_WORKERS": str(WEB_WORKERS), "PROMETHEUS_MULTIPROC_DIR": str(self.folder / "metrics")}
        self._starts += 1
        log = self.folder / f"{name}-{self._starts:03}.log"
        self.parts[name] = Child(name, [*python, *commands[name].split()], environment, log)

    def _kill_web(self, dice: random.Random) -> str:
        """One worker, which gunicorn replaces; now and then gunicorn with all of them."""
        self._web_kills += 1
        master = self.parts["web"].process.pid
        workers = children_of(master)
        if workers and self._web_kills % WEB_AS_A_WHOLE:
            kill(dice.choice(workers))
            return "a worker"
        self._kill_whole("web")
        return "gunicorn and its workers"

    def _kill_worker(self, dice: random.Random) -> str:
        """The whole worker, or one of the processes in which it runs its tasks."""
        children = children_of(self.parts["worker"].process.pid)
        if children and dice.random() < 0.4:
            kill(dice.choice(children))
            return "a process of it"
        self._kill_whole("worker")
        return "all of it"

    def _kill_postgres(self, _dice: random.Random) -> str:
        self.servers.kill(POSTGRES)

        def ping(_port: int) -> None:
            psycopg.connect(self.addresses.database_url, connect_timeout=2).close()

        self.servers.start_again(POSTGRES, ping)
        return "postmaster and backends"

    def _kill_valkey(self, _dice: random.Random) -> str:
        self.servers.kill(VALKEY)

        def ping(_port: int) -> None:
            with redis.Redis.from_url(self.addresses.redis_url, socket_timeout=1) as client:
                client.ping()

        self.servers.start_again(VALKEY, ping)
        return "all of it"

    def _kill_whole(self, name: str) -> None:
        """The part and all it has forked, and start it again."""
        process = self.parts[name].process
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self._start(name)


def kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # it has just ended by itself
        os.kill(pid, signal.SIGKILL)


def children_of(pid: int) -> list[int]:
    """Processes that this one has forked and that live."""
    told = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in told.splitlines()]
    return sorted(int(row[0]) for row in rows if int(row[1]) == pid and not row[2].startswith("Z"))
