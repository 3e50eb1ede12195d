"""`make demo` from the inside: where it listens, what it does with its database, who may stop it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from config.embedded import keeper, processes, supervisor
from config.embedded.database import Database, State, code_digest
from config.embedded.places import PROJECT, CannotStart


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_taken_port_gives_way_to_the_next_and_says_so(taken, capsys):
    with supervisor.bound_socket("127.0.0.1", taken, only=False) as door:
        assert taken < door.getsockname()[1] < taken + 20
    assert f"Port {taken} is taken" in capsys.readouterr().out


def test_a_port_asked_for_by_name_is_refused_when_taken(taken):
    with pytest.raises(CannotStart, match=f"port {taken} cannot be used .*PORT=n"):
        supervisor.bound_socket("127.0.0.1", taken, only=True)


@pytest.mark.parametrize(
    ("host", "hosts", "origins"),
    [
        ("127.0.0.1", "localhost,127.0.0.1,[::1]", "http://localhost:8000,http://127.0.0.1:8000,http://[::1]:8000"),
        ("192.168.1.5", "localhost,127.0.0.1,[::1],192.168.1.5", "http://localhost:8000,http://127.0.0.1:8000,http://[::1]:8000,http://192.168.1.5:8000"),
        ("0.0.0.0", "*", ""),
    ],
)  # fmt: skip
def test_the_site_answers_where_it_listens(monkeypatch, host, hosts, origins):
    monkeypatch.delenv("ALLOWED_HOSTS", raising=False)
    monkeypatch.delenv("CSRF_TRUSTED_ORIGINS", raising=False)
    assert supervisor.web_environment(host, 8000) == {"ALLOWED_HOSTS": hosts, "CSRF_TRUSTED_ORIGINS": origins}


def test_the_clients_are_told_where_the_api_answers_this_time(tmp_path):
    kept = tmp_path / "demo.http.env"
    supervisor.tell_address(kept, "http://127.0.0.1:8000/api/v1")
    assert not kept.exists()
    kept.write_text("# Made by `manage.py seed_demo`\nS001_CLIENT_ID=demo-s001\n")
    kept.chmod(0o600)
    for port in (8000, 8001):
        supervisor.tell_address(kept, f"http://127.0.0.1:{port}/api/v1")
    assert kept.read_text() == "# Made by `manage.py seed_demo`\nS001_CLIENT_ID=demo-s001\nGUANXI=http://127.0.0.1:8001/api/v1\n"
    assert kept.stat().st_mode & 0o777 == 0o600


def test_what_the_caller_allows_stays_allowed(monkeypatch):
    monkeypatch.setenv("CSRF_TRUSTED_ORIGINS", "https://tunnel.example.com")
    assert supervisor.web_environment("127.0.0.1", 80)["CSRF_TRUSTED_ORIGINS"].startswith("https://tunnel.example.com,http://")


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path):
    key = supervisor.secret_key(tmp_path)
    assert len(key) >= 50
    assert supervisor.secret_key(tmp_path) == key
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


@pytest.fixture
def database() -> Iterator[Database]:
    """An empty database on the server of the tests."""
    settings = connection.settings_dict
    server = f"postgres://{settings['USER']}@{settings['HOST']}:{settings['PORT']}"
    name = f"guanxi_house_{os.getpid()}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        yield Database(f"{server}/{name}", ours=True)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def managed(monkeypatch) -> list[str]:
    """The management commands that ran, without running them."""
    ran: list[str] = []
    monkeypatch.setattr(supervisor, "manage", lambda _environment, *words: ran.append(words[0]))
    return ran


def pretend_to_migrate(database: Database) -> None:
    with psycopg.connect(database.url) as session:
        session.execute("CREATE TABLE django_migrations (id int)")


def test_an_empty_database_is_filled_once(database, managed):
    supervisor.fill(database, {})
    assert (managed, database.state()) == (["migrate", "seed_demo"], State.LOADED)
    supervisor.fill(database, {})
    assert managed == ["migrate", "seed_demo"]  # the code is the same: there is nothing to migrate either


def test_new_code_migrates_a_loaded_database_and_loads_nothing(database, managed):
    database.mark(State.LOADED, "another code")
    supervisor.fill(database, {})
    assert managed == ["migrate"]
    assert database.migrated_by(code_digest())


def test_a_load_cut_short_starts_from_nothing(database, managed, capsys):
    pretend_to_migrate(database)
    database.mark(State.LOADING)
    supervisor.fill(database, {})
    with psycopg.connect(database.url) as session:
        assert session.execute("SELECT to_regclass('django_migrations')").fetchone() == (None,)
    assert "cut short" in capsys.readouterr().out
    assert managed == ["migrate", "seed_demo"]


def test_a_failed_load_is_not_taken_for_whole(database, monkeypatch):
    def fail(_environment: dict[str, str], *words: str) -> None:
        if words[0] == "seed_demo":
            raise CannotStart("the load failed")

    monkeypatch.setattr(supervisor, "manage", fail)
    with pytest.raises(CannotStart):
        supervisor.fill(database, {})
    assert database.state() == State.LOADING


def test_data_the_demo_did_not_load_is_left_alone(database, managed, capsys):
    pretend_to_migrate(database)
    supervisor.fill(database, {})
    assert managed == ["migrate"]
    assert "stays as it is" in capsys.readouterr().out
    assert database.state() == State.FOREIGN


def test_a_database_that_is_not_ours_is_never_dropped(database, managed):
    foreign = Database(database.url, ours=False)
    pretend_to_migrate(foreign)
    foreign.mark(State.LOADING)
    supervisor.fill(foreign, {})
    with psycopg.connect(database.url) as session:
        assert session.execute("SELECT to_regclass('django_migrations') IS NOT NULL").fetchone() == (True,)
    with pytest.raises(AssertionError):
        foreign.empty()


def test_a_rebuild_of_a_foreign_database_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/db")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.settings.test")  # put back afterwards
    monkeypatch.setattr(supervisor, "obey_signals", lambda: None)
    with pytest.raises(CannotStart, match="empty that database yourself"):
        supervisor.demo(fresh=True)


def test_a_second_demo_says_where_the_first_one_is(tmp_path, capsys):
    with supervisor.kept("demo", tmp_path) as lock:
        keeper.Keeper(os.getpid(), "demo", "http://127.0.0.1:8000/", {}).write(lock)
        with pytest.raises(SystemExit) as end, supervisor.kept("demo", tmp_path):
            pass
    assert end.value.code == 0
    assert "already running: http://127.0.0.1:8000/" in capsys.readouterr().out
    assert keeper.running(tmp_path) is None


def test_servers_of_daily_work_and_the_demo_do_not_share_a_folder(tmp_path):
    with supervisor.kept("db", tmp_path), pytest.raises(CannotStart, match="make db-stop"), supervisor.kept("demo", tmp_path):
        pass


def test_a_child_that_ends_by_itself_is_told_with_its_log(tmp_path):
    child = supervisor.Child("web", [sys.executable, "-c", "print('no such table')"], dict(os.environ), tmp_path / "web.log")
    child.process.wait()
    with pytest.raises(CannotStart, match="web ended by itself.*\n.*no such table"):
        child.check()


def test_clean_removes_what_is_ours_and_nothing_else(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    (tmp_path / "letters").mkdir()
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "web.log").write_text("")
    (tmp_path / "secret_key").write_text("")
    monkeypatch.setattr(supervisor, "server_folder", lambda: tmp_path)
    supervisor.clean()
    assert [path.name for path in tmp_path.iterdir()] == ["letters"]


@pytest.mark.slow
def test_servers_of_daily_work_start_are_found_and_stop(tmp_path_factory, monkeypatch):
    """The commands as the Makefile runs them, down to a kill -9 of the process that keeps the servers."""
    folder = Path(f"/tmp/guanxi-daily-{os.getpid()}")  # any user may pass through it
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}} | {
        "DATA_DIR": str(folder)
    }

    def command(word: str) -> str:
        words = [sys.executable, "-m", "config.embedded.supervisor", word]
        return subprocess.run(words, cwd=PROJECT, env=environment, capture_output=True, text=True, check=True).stdout

    try:
        assert "export DATABASE_URL=postgres://" in command("db-start")
        kept = keeper.running(folder)
        assert kept is not None
        assert kept.what == "db"
        assert "export DATABASE_URL=" + kept.environment["DATABASE_URL"] in command("db-start")  # a second start finds the first
        assert command("stop") == "Stopped.\n"
        assert command("stop") == "Nothing runs here.\n"
        command("db-start")
        kept = keeper.running(folder)
        assert kept is not None
        pids = [int(word) for word in (folder / "servers" / "servers.lock").read_text().split()]
        os.kill(kept.pid, signal.SIGKILL)
        until = time.monotonic() + 20
        while any(processes.command_of(pid) for pid in pids) and time.monotonic() < until:
            time.sleep(0.1)
        assert [processes.command_of(pid) for pid in pids] == ["", ""]
        assert keeper.running(folder) is None
    finally:
        command("stop")
        command("clean")
