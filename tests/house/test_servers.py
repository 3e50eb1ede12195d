"""The embedded servers: started, stopped, and survived by nothing they should not survive (docs/adr/0001-embedded-servers.md)."""

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config.embedded import places, processes, servers
from config.embedded.places import CannotStart
from config.embedded.servers import TEST_SETTINGS, Servers

KEEPER = """
import time
from pathlib import Path
from config.embedded.servers import TEST_SETTINGS, Servers
kept = Servers(Path({place!r}), settings=TEST_SETTINGS)
kept.start()
print(*[child.pid for child, _ in kept.children], flush=True)
time.sleep(600)
"""
needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root changes users")


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that any user can pass through, and an environment that names no servers."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    folder = Path(tempfile.mkdtemp(prefix="guanxi-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def started(place: Path) -> Iterator[Servers]:
    kept = Servers(place, settings=TEST_SETTINGS)
    kept.start()
    yield kept
    kept.stop()


def alive(pid: int) -> bool:
    return processes.command_of(pid) != ""


def gone_within(seconds: float, *pids: int) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not any(map(alive, pids)):
            return True
        time.sleep(0.05)
    return False


def test_both_servers_answer_and_stopping_leaves_nothing(place):
    kept = Servers(place, settings=TEST_SETTINGS)
    addresses = kept.start()
    pids = [child.pid for child, _ in kept.children]
    with psycopg.connect(addresses.database_url) as connection:
        shown = connection.execute("SELECT current_database(), lower('ÄÖ'), current_setting('fsync')").fetchone()
    assert shown == ("guanxi", "äö", "off")
    assert redis.Redis.from_url(addresses.redis_url).ping()
    kept.stop()
    assert [alive(pid) for pid in pids] == [False, False]
    assert kept.lock.holder() is None


def test_they_listen_on_loopback_alone(started):
    _postgres, valkey = [processes.command_of(child.pid) for child, _ in started.children]
    assert "listen_addresses=127.0.0.1" in _postgres
    assert "127.0.0.1:" in valkey


def test_a_killed_parent_leaves_no_server_and_the_next_start_works(place):
    keeper = subprocess.Popen(
        [sys.executable, "-c", KEEPER.format(place=str(place))], stdout=subprocess.PIPE, text=True, cwd=places.PROJECT
    )
    assert keeper.stdout is not None
    pids = [int(word) for word in keeper.stdout.readline().split()]
    assert [alive(pid) for pid in pids] == [True, True]
    keeper.kill()
    keeper.wait()
    keeper.stdout.close()
    again = Servers(place, settings=TEST_SETTINGS)
    again.start()  # waits until the first ones have gone
    assert not any(map(alive, pids))
    again.stop()


def test_a_second_start_on_the_same_folder_is_refused(started, place, monkeypatch):
    second = Servers(place, settings=TEST_SETTINGS)
    monkeypatch.setattr(second.lock, "take", lambda seconds=0: False)
    monkeypatch.setattr(second.lock, "holder", lambda: "")
    with pytest.raises(CannotStart, match="make stop"):
        second.start()
    assert all(alive(child.pid) for child, _ in started.children)


def test_a_pid_file_left_behind_with_a_living_process_does_not_stop_the_start(place):
    first = Servers(place, settings=TEST_SETTINGS)
    first.start()
    first.stop()
    (first.cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{first.cluster}\n")
    second = Servers(place, settings=TEST_SETTINGS)
    second.start()
    second.stop()


def test_a_cluster_cut_short_is_made_again(place):
    kept = Servers(place, settings=TEST_SETTINGS)
    kept.cluster.mkdir()
    (kept.cluster / "half").write_text("made")
    kept.cluster.with_suffix(".unfinished").mkdir()
    kept.start()
    assert not (kept.cluster / "half").exists()
    kept.stop()


def test_a_port_taken_in_between_is_asked_for_again(place, monkeypatch):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        ask = servers.free_port
        answers = [taken, ask(), taken, ask()]
        monkeypatch.setattr(servers, "free_port", lambda: answers.pop(0))
        kept = Servers(place, settings=TEST_SETTINGS)
        addresses = kept.start()
        kept.stop()
    assert answers == []
    assert f":{taken}/" not in addresses.database_url + addresses.redis_url


def test_given_addresses_are_used_and_nothing_starts(place, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/db")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/1")
    kept = Servers(place)
    assert kept.start() == servers.Addresses("postgres://elsewhere/db", "redis://elsewhere/1")
    assert kept.children == []


def test_a_server_that_cannot_start_is_told_with_its_log(place, monkeypatch):
    kept = Servers(place, settings=TEST_SETTINGS | {"shared_buffers": "nonsense"})
    with pytest.raises(CannotStart, match="shared_buffers"):
        kept.start()
    assert kept.children == []
    assert kept.lock.holder() is None


def test_an_unknown_major_is_refused(place):
    with pytest.raises(CannotStart, match="18 and 16"):
        Servers(place, major="15")


@pytest.mark.slow
def test_the_other_major_starts_too(place):
    kept = Servers(place, settings=TEST_SETTINGS, major="16")
    with psycopg.connect(kept.start().database_url) as connection:
        assert connection.info.server_version // 10000 == 16
    kept.stop()


@needs_root
def test_root_runs_them_as_somebody_else(started):
    for child, _ in started.children:
        assert Path(f"/proc/{child.pid}").stat().st_uid != 0


@needs_root
def test_root_in_a_closed_folder_keeps_the_data_elsewhere_and_opens_no_rights(place, monkeypatch):
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    project = closed / "project"
    project.mkdir()
    monkeypatch.delenv("DATA_DIR", raising=False)
    monkeypatch.setattr(places, "PROJECT", project)
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    folder = places.server_folder()
    assert folder.parent == place
    assert closed.stat().st_mode & 0o777 == 0o700
    assert places.server_account(folder).can_enter(folder)


@needs_root
def test_root_copies_binaries_that_the_other_user_cannot_reach(place):
    closed = place / "closed"
    tree = closed / "package" / "tree"
    tree.mkdir(parents=True)
    program = tree / "program"
    program.write_text("#!/bin/sh\necho 1\n")
    program.chmod(0o755)
    closed.chmod(0o700)
    account = places.server_account(place)
    found = places.runnable(account, program, [tree, closed / "package.libs"], place)
    assert found != program
    assert account.can(found)
    assert closed.stat().st_mode & 0o777 == 0o700


@needs_root
def test_a_chosen_data_folder_nobody_else_can_enter_is_said(place, monkeypatch):
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setenv("DATA_DIR", str(closed / "data"))
    with pytest.raises(CannotStart, match="DATA_DIR"):
        places.server_folder()


def test_a_folder_of_somebody_elses_making_is_not_trusted(place, monkeypatch):
    target = place / "target"
    target.mkdir()
    monkeypatch.setattr(hashlib, "sha256", lambda _text: type("Digest", (), {"hexdigest": staticmethod(lambda: "0" * 64)}))
    (place / f"guanxi-{os.getuid()}-00000000").symlink_to(target)
    with pytest.raises(CannotStart, match="somebody else"):
        places.project_folder(place)


def test_a_lock_left_behind_is_not_believed(place):
    lock = processes.Lock(place / "lock")
    assert lock.take()
    lock.write("12345")
    assert processes.Lock(place / "lock").holder() == "12345"
    lock.release()
    assert (place / "lock").read_text() == "12345"
    assert processes.Lock(place / "lock").holder() is None


def test_leftovers_of_a_reused_number_are_left_alone():
    servers.end_leftovers(str(os.getpid()))  # SIGINT would end this test run


def test_a_child_that_does_not_end_is_killed():
    stubborn = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"
    child = subprocess.Popen([sys.executable, "-c", stubborn], stdout=subprocess.PIPE, start_new_session=True)
    assert child.stdout is not None
    child.stdout.readline()
    processes.end(child, signal.SIGTERM, seconds=0.2)
    child.stdout.close()
    assert gone_within(5, child.pid)
