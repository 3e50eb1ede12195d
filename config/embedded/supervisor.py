"""`make demo`, `make stop` and the servers of daily work: python -m config.embedded.supervisor COMMAND.

The demo is one process with everything as its children: servers, then the steps that fill the database, then web, worker and beat. However
it ends, they end: Ctrl-C and `make stop` in order, kill -9 through the kernel.
"""

import argparse
import contextlib
import functools
import http.client
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import NoReturn

from django.conf import settings

from config.embedded import keeper
from config.embedded.database import Database, State, code_digest
from config.embedded.places import PROJECT, CannotStart, data_folder, postgres_tree, server_folder
from config.embedded.processes import Lock, die_with_parent, end
from config.embedded.servers import Addresses, Servers
from config.environment import env

READY_SECONDS = 120
LEFT_BY_US = [
    "servers",
    "test",
    "test-*",
    "bench",
    "bites-*",
    "bitten-*",
    "storm",
    "storm-*",
    "binaries",
    "log",
    "metrics",
    "static",
    "uploads",
    "demo.http.env",
    "secret_key",
    "keeper.log",
    "keeper.lock",
]
STARTED = float(os.environ.get("STARTED", time.time()))  # seconds since 1970, when `make` began


def say(text: str) -> None:
    """One stage, with the seconds since the start."""
    print(f"[{max(0.0, time.time() - STARTED):6.1f} s] {text}", flush=True)


def on_signal(_number: int, _frame: FrameType | None) -> NoReturn:
    """End the first time; while ending, further signals change nothing: every wait of the way out has a limit."""
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.SIG_IGN)
    raise SystemExit(0)


def obey_signals() -> None:
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, on_signal)


class Child:
    """A process of the demo with a log file of its own, which ends with the supervisor."""

    def __init__(
        self, name: str, command: list[str], environment: dict[str, str], log: Path | None, pass_fds: tuple[int, ...] = ()
    ) -> None:
        self.name, self.log = name, log
        with log.open("wb") if log else contextlib.nullcontext() as output:
            self.process: subprocess.Popen[bytes] = subprocess.Popen(
                command,
                cwd=PROJECT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if log else None,
                start_new_session=True,
                pass_fds=pass_fds,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )

    def check(self) -> None:
        """Raises CannotStart with the end of the log when the process has ended."""
        if self.process.poll() is not None:
            tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-20:]) if self.log else ""
            raise CannotStart(f"{self.name} ended by itself (code {self.process.returncode}). Its log {self.log} ends with:\n{tail}")

    def stop(self) -> None:
        end(self.process, signal.SIGTERM, seconds=20)


def manage(environment: dict[str, str], *words: str) -> None:
    """Run a management command to its end, its output on ours. Raises CannotStart when it fails."""
    child = Child(words[0], [sys.executable, "manage.py", *words], environment | {"LOG_LEVEL": "WARNING"}, None)
    try:
        code = child.process.wait()
    finally:
        child.stop()
    if code:
        raise CannotStart(f"`manage.py {' '.join(words)}` failed (code {code}); the lines above say why.")


def bound_socket(host: str, port: int, *, only: bool) -> socket.socket:
    """The web address, held from now on so that nobody can take it while the data loads. Raises CannotStart when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in [port] if only else range(port, port + 20):
        door = socket.socket(family)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, candidate))
            door.listen()  # two may bind with SO_REUSEADDR, but only one may listen
        except OSError as error:
            door.close()
            reason = error.strerror
        else:
            if candidate != port:
                say(f"Port {port} is taken; this demo uses {candidate}. `make demo PORT=n` chooses another.")
            return door
    raise CannotStart(f"{host} port {port} cannot be used ({reason}). `make demo PORT=n` chooses another.")


def web_environment(host: str, port: int) -> dict[str, str]:
    """ALLOWED_HOSTS and CSRF_TRUSTED_ORIGINS for where the demo listens, beside what the caller allows."""
    everywhere = host in {"0.0.0.0", "::"}  # noqa: S104 - only asked, and only in the demo
    hosts = ["*"] if everywhere else list(dict.fromkeys(["localhost", "127.0.0.1", "[::1]", f"[{host}]" if ":" in host else host]))
    origins = [f"http://{name}:{port}" for name in hosts if name != "*"]
    return {
        name: ",".join(filter(None, [os.environ.get(name), *values]))
        for name, values in (("ALLOWED_HOSTS", hosts), ("CSRF_TRUSTED_ORIGINS", origins))
    }


def secret_key(folder: Path) -> str:
    """The demo's own key, made once, so that a restart does not log people out."""
    file = folder / "secret_key"
    if not file.exists():
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as output:
            output.write(secrets.token_urlsafe(50))
    return file.read_text()


def fill(database: Database, environment: dict[str, str]) -> None:
    """Migrate, and load the demo data unless the database has them whole."""
    state, code = database.state(), code_digest()
    if state == State.LOADING and database.ours:
        say("The last load was cut short: starting again from an empty database")
        database.empty()
    if state in {State.EMPTY, State.LOADING}:
        database.mark(State.LOADING)
        # What a power cut could spoil before the load is whole is made again, so it need not wait for the disk.
        environment = environment | {"PGOPTIONS": "-c synchronous_commit=off"}
    if not (state == State.LOADED and database.migrated_by(code)):
        say("Database: applying migrations")
        manage(environment, "migrate", "--no-input", "--verbosity", "0")
    if state == State.FOREIGN:
        say("The database has data that the demo did not load; it stays as it is. `make demo FRESH=1` starts from nothing.")
        return
    if state != State.LOADED:
        say("Demo data: loading (the first time only; one to three minutes on two cores)")
        manage(environment, "seed_demo")
    database.mark(State.LOADED, code)


def tell_address(credentials: Path, api: str) -> None:
    """Where the API answers, beside its clients' ids and secrets: another port another time. Nothing where the demo made no clients."""
    if credentials.exists():
        kept = [line for line in credentials.read_text(encoding="utf-8").splitlines() if not line.startswith("GUANXI=")]
        credentials.write_text("\n".join([*kept, f"GUANXI={api}"]) + "\n", encoding="utf-8")


def wait_until_ready(host: str, port: int, children: list[Child]) -> None:
    """Until /readyz answers 200. Raises CannotStart when a child ends or it takes too long."""
    until = time.monotonic() + READY_SECONDS
    answer = "no answer yet"
    while time.monotonic() < until:
        for child in children:
            child.check()
        connection = http.client.HTTPConnection(host, port, timeout=10)
        try:
            connection.request("GET", "/readyz")
            response = connection.getresponse()
            answer = response.read(2000).decode(errors="replace")
            if response.status == 200:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.2)
    raise CannotStart(
        f"The site is not ready after {READY_SECONDS} s. /readyz says: {answer}\nLogs: {', '.join(str(child.log) for child in children)}"
    )


@contextlib.contextmanager
def kept(what: str, folder: Path) -> Iterator[Lock]:
    """Be the one keeper of this data folder while inside."""
    lock = keeper.lock_of(folder)
    if not lock.take(seconds=2):  # asking who holds it holds it for a moment
        other = keeper.running(folder)
        if other is None:
            raise CannotStart("Another one is just starting or stopping. Try again in a moment.")
        if other.what == what == "demo":
            print(f"The demo is already running: {other.address or 'it is still starting'} (process {other.pid}). `make stop` stops it.")
            raise SystemExit(0)
        command = "make stop" if other.what == "demo" else "make db-stop"
        raise CannotStart(
            f"Servers already run here, started by `make {'demo' if other.what == 'demo' else 'db-start'}`. `{command}` stops them."
        )
    try:
        keeper.Keeper(os.getpid(), what, "", {}).write(lock)
        yield lock
    finally:
        lock.release()


def read_settings() -> None:
    """Raises WrongSetting before anything has been started, not in one of the children."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.demo"
    assert settings.INSTALLED_APPS


def demo(*, fresh: bool) -> None:
    obey_signals()
    read_settings()
    data = data_folder()
    host, port = env.text("HOST", default="127.0.0.1"), env.whole("PORT", default=0)
    with contextlib.ExitStack() as stack:
        lock = stack.enter_context(kept("demo", data))
        door = bound_socket(host, port or 8000, only=bool(port))
        stack.callback(door.close)
        port_number = int(door.getsockname()[1])
        ours = not os.environ.get("DATABASE_URL")
        if fresh and not ours:
            raise CannotStart("FRESH=1 rebuilds the embedded database only. DATABASE_URL is set: empty that database yourself.")
        servers = Servers(server_folder())
        if fresh:
            shutil.rmtree(servers.cluster, ignore_errors=True)
        say("Postgres and Valkey: starting")
        stack.callback(servers.stop)
        addresses = servers.start()
        environment = demo_environment(addresses, data) | web_environment(host, port_number)
        fill(Database(addresses.database_url, ours=ours), environment)
        say("Web, worker and beat: starting")
        children = start_children(environment, door, data / "log", stack)
        wait_until_ready("127.0.0.1" if host in {"0.0.0.0", "::"} else host, port_number, children)  # noqa: S104 - only asked
        shown = socket.gethostname() if host in {"0.0.0.0", "::"} else f"[{host}]" if ":" in host else host  # noqa: S104 - only asked
        address = f"http://{shown}:{port_number}/"
        keeper.Keeper(os.getpid(), "demo", address, addresses.environment()).write(lock)
        tell_address(data / "demo.http.env", f"{address}api/v1")
        say("Ready.\n")
        print(f"    {address}\n\n    The login page lists the demo accounts, one click fills one in.")
        print(f"    Logs: {data / 'log'}    Ctrl-C or `make stop` stops everything.\n", flush=True)
        stack.callback(say, "Stopping")
        watch(children, servers)


def demo_environment(addresses: Addresses, data: Path) -> dict[str, str]:
    return dict(os.environ) | addresses.environment() | {
        "DJANGO_SETTINGS_MODULE": "config.settings.demo",
        "DATA_DIR": str(data),
        "SECRET_KEY": os.environ.get("SECRET_KEY") or secret_key(data),
        "PROMETHEUS_MULTIPROC_DIR": str(data / "metrics"),
        "PYTHONUNBUFFERED": "1",
    }  # fmt: skip


def start_children(environment: dict[str, str], door: socket.socket, logs: Path, stack: contextlib.ExitStack) -> list[Child]:
    """Web, worker and beat; the stack stops them, beat first."""
    logs.mkdir(exist_ok=True)
    python = [sys.executable, "-m"]
    web = f"gunicorn --config config/gunicorn.py --bind fd://{door.fileno()} config.wsgi"
    worker = "celery --app config worker --loglevel info --concurrency 2 --without-gossip --without-mingle"
    beat = "celery --app config beat --loglevel info --scheduler django_celery_beat.schedulers:DatabaseScheduler --pidfile="
    children = []
    for name, command in (("web", web), ("worker", worker), ("beat", beat)):
        fds = (door.fileno(),) if name == "web" else ()
        child = Child(name, [*python, *command.split()], environment, logs / f"{name}.log", fds)
        stack.callback(child.stop)
        children.append(child)
    door.close()  # the web has it; should it end, the address is free
    return children


def watch(children: list[Child], servers: Servers) -> NoReturn:
    """Until a signal comes, or raise CannotStart when a part of the demo ends by itself."""
    while True:
        for child in children:
            child.check()
        servers.check()
        time.sleep(0.5)


def keep_servers() -> None:
    """The process behind `make db-start`: the servers without the demo."""
    obey_signals()
    with kept("db", data_folder()) as lock, contextlib.ExitStack() as stack:
        servers = Servers(server_folder())
        stack.callback(servers.stop)
        addresses = servers.start()
        keeper.Keeper(os.getpid(), "db", "", addresses.environment()).write(lock)
        watch([], servers)


def db_start() -> None:
    """Start a keeper that outlives this command, and wait until its servers answer."""
    data = data_folder()
    found = keeper.running(data)
    if found is None:
        log = data / "keeper.log"
        with log.open("wb") as output:
            command = [sys.executable, "-m", "config.embedded.supervisor", "keep-servers"]
            child = subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
        while not (found := keeper.running(data)) or not found.environment:
            if child.poll() is not None:
                raise CannotStart(log.read_text().strip())
            time.sleep(0.1)
    print("Servers run. manage.py finds them by itself; for anything else:")
    for name, value in found.environment.items():
        print(f"export {name}={value}")


def db_shell() -> NoReturn:
    """psql on DATABASE_URL, or on the embedded database that runs."""
    found = keeper.running()
    url = os.environ.get("DATABASE_URL") or (found.environment.get("DATABASE_URL") if found else None)
    if not url:
        raise CannotStart("No server runs. `make db-start` starts one.")
    psql = shutil.which("psql") or str(postgres_tree("18") / "bin" / "psql")
    os.execv(psql, [psql, url])  # noqa: S606 - becomes psql


def stop() -> None:
    stopped = keeper.stop(data_folder())
    print("Stopped." if stopped else "Nothing runs here.")


def clean() -> None:
    """Remove what demos and servers left in the data folder, and nothing else that may lie there."""
    data = data_folder()
    if keeper.running(data):
        raise CannotStart("It is running. `make stop` first.")
    for folder in {server_folder(), data}:
        for left in [path for name in LEFT_BY_US for path in folder.glob(name)]:
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink()
        if not any(folder.iterdir()):
            folder.rmdir()
    print("Removed.")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m config.embedded.supervisor")
    commands = parser.add_subparsers(required=True, dest="command")
    fresh = commands.add_parser("demo", help="run the demo until Ctrl-C")
    fresh.add_argument("--fresh", action="store_true", help="rebuild the embedded database first")
    actions = {"stop": stop, "db-start": db_start, "db-shell": db_shell, "keep-servers": keep_servers, "clean": clean}
    for name in actions:
        commands.add_parser(name)
    arguments = parser.parse_args()
    action = functools.partial(demo, fresh=arguments.fresh) if arguments.command == "demo" else actions[arguments.command]
    try:
        action()
    except (CannotStart, TimeoutError) as error:
        print(f"\n{error}", file=sys.stderr)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
