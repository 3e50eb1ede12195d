"""What every test stands on: real servers of its own, and silence made loud."""

import atexit
import gc
import ipaddress
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import psycopg
import pytest
from hypothesis import HealthCheck, settings

from config.embedded.database import code_digest
from config.embedded.places import PROJECT, CannotStart, server_folder
from config.embedded.processes import Lock
from config.embedded.servers import TEST_SETTINGS, Servers
from tests import changed
from tests.browser import NO_BROWSER, chromium, is_required

JUST_BEGUN = 60.0  # seconds

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])  # no test is about a machine's speed
settings.load_profile("house")


def start_servers() -> None:
    """Start a Postgres and a Valkey for this run alone, unless the environment names some, and let the settings find them.

    One run at a time keeps its cluster for the next, with a migrated database in it that test databases are copied from.
    """
    place = server_folder()
    for left in place.glob("test-*"):  # of runs that were killed; one that is just beginning has no lock yet
        if Lock(left / "servers.lock").holder() is None and time.time() - left.stat().st_mtime > JUST_BEGUN:
            shutil.rmtree(left, ignore_errors=True)
    kept = Servers(place, name="test", settings=TEST_SETTINGS)
    alone = kept.lock.holder() is None
    servers = kept if alone else Servers(place, name=f"test-{os.getpid()}", settings=TEST_SETTINGS)
    if alone and (kept.cluster / "postmaster.pid").exists():  # it was killed, and nothing of it had to reach the disk
        shutil.rmtree(kept.cluster)

    def stop() -> None:
        servers.stop()
        if not alone:
            shutil.rmtree(servers.folder, ignore_errors=True)

    atexit.register(stop)
    ours = not os.environ.get("DATABASE_URL")
    os.environ.update(servers.start().environment())
    if ours:
        os.environ["TEST_DATABASE_TEMPLATE"] = migrated_template(os.environ["DATABASE_URL"])


def migrated_template(url: str) -> str:
    """The name of a database migrated by this very code, made when there is none."""
    name = f"template_{code_digest()}"
    with psycopg.connect(url, autocommit=True) as connection:
        there = {row[0] for row in connection.execute(r"SELECT datname FROM pg_database WHERE datname LIKE 'template\_%'")}
        if name not in there:
            for old in there:
                connection.execute(f'DROP DATABASE "{old}"')
            connection.execute("DROP DATABASE IF EXISTS building")
            connection.execute("CREATE DATABASE building")
            building = {
                "DJANGO_SETTINGS_MODULE": "config.settings.test",
                "DATABASE_URL": url.rsplit("/", 1)[0] + "/building",
            }
            command = [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity", "0"]
            subprocess.run(command, cwd=PROJECT, env=os.environ | building, check=True)
            connection.execute(f'ALTER DATABASE building RENAME TO "{name}"')
    return name


# Conftests below import models, so Django must be up, and know its servers, before pytest asks for its settings.
if "PYTEST_XDIST_WORKER" not in os.environ and not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
    try:
        start_servers()
    except CannotStart as reason:
        pytest.exit(f"No servers for the tests: {reason}", returncode=2)
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
django.setup()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--changed", action="store_true", help="only what concerns the files that git calls changed, or the last commit's")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    files = changed.changed_files() if config.getoption("--changed") else None
    if files is not None:
        touched = changed.touched_by(files)
        concerned = {item: changed.concerns(str(item.path.relative_to(PROJECT)), touched) for item in items}
        config.hook.pytest_deselected(items=[item for item in items if not concerned[item]])
        items[:] = [item for item in items if concerned[item]]
    items.sort(key=lambda item: item.get_closest_marker("minutes") is None)
    if chromium() is None and not is_required():
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason=NO_BROWSER))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if NO_BROWSER in str(report.longrepr)]
    if skipped:
        terminalreporter.write_sep("!", f"{len(skipped)} BROWSER TESTS DID NOT RUN: {NO_BROWSER}", red=True, bold=True)


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(autouse=True, scope="session")
def closed_sockets() -> Iterator[None]:
    """No test reaches beyond this machine, by address or by asking for a name."""
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not is_loopback(str(address[0])):
            raise RuntimeError(f"A test tried to reach {address[0]}.")
        connect(self, address)

    def guarded_resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and not is_loopback(name) and not is_address(name):
            raise RuntimeError(f"A test tried to look up {name}.")
        return resolve(host, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket, "getaddrinfo", guarded_resolve)
        yield


def is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@pytest.fixture
def project() -> Path:
    """The folder of the project."""
    return PROJECT


@pytest.fixture(autouse=True, scope="session")
def transactional_tests_empty_what_they_filled() -> Iterator[None]:
    from django.test import TransactionTestCase

    from tests import emptying

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", emptying.teardown)
        yield


@pytest.fixture(autouse=True, scope="session")
def answers_keep_the_context_of_the_page_alone(django_test_environment: None) -> Iterator[None]:
    """Django's test client copies the context of each template of an answer, hundreds a page; ours asks for that of the first."""
    from django.template import RequestContext, Template
    from django.template.context import Context
    from django.test.signals import template_rendered

    def render(self: Template, context: Context) -> str:
        answer = vars(context.render_context)  # goes with the page into the templates it includes
        if isinstance(context, RequestContext) and "is_told" not in answer:
            answer["is_told"] = True
            template_rendered.send(sender=self, template=self, context=context)
        return self.nodelist.render(context)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", render)
        yield


@pytest.fixture(autouse=True, scope="session")
def what_stays_for_good_is_not_looked_through() -> None:
    """The collector passes over what imports have left: it is there until the end, and hundreds of thousands of objects long."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def language_is_the_usual_one() -> Iterator[None]:
    """A request leaves its language behind in the thread; the next test begins without it."""
    from django.utils import translation

    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def ledgers_agree(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every database test that posted, the accounts agree with their entries (STYLE section 5)."""
    names = set(request.fixturenames)
    marker = request.node.get_closest_marker("django_db")
    if marker is None and not names & {"db", "transactional_db", "live_server"}:
        yield
        return
    is_transactional = bool(names & {"transactional_db", "live_server"}) or (marker is not None and marker.kwargs.get("transaction", False))
    request.getfixturevalue("transactional_db" if is_transactional else "db")  # so that it ends after this
    yield
    from django.db import connection

    from core import ledgers
    from coupons.models import CouponTemplate
    from growth.models import GrowthAccount
    from points.models import PointsAccount

    if request.node.get_closest_marker("ledgers_may_disagree") or connection.needs_rollback:
        return
    if GrowthAccount.objects.exists() or PointsAccount.objects.exists() or CouponTemplate.objects.exists():
        assert ledgers.disagreements() == []
