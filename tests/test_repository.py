"""The rules of the house, checked like any other behaviour (STYLE sections 1, 8 and 9)."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grimp
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command, get_commands
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from config import messages

PROJECT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text())
LINTER = PYPROJECT["tool"]["importlinter"]
CHINESE = re.compile(r"[\u3400-\u9fff]")
CODE = ["config", "core", "members", "stores", "activity", "growth", "points", "coupons", "tags", "engagement"]
DATA_IN_CODE = {
    "members/rules.py": "how Chinese names, places and numbers are written",
    "activity/mapping.py": "what spreadsheets say for yes",
    "stores/member_files.py": "the columns of spreadsheets",
    "activity/api/shapes.py": "an example of a category path",
    "coupons/api/shapes.py": "examples of a category path",
}


def run(*words: str, cwd: Path = PROJECT, environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words], cwd=cwd, env=os.environ | (environment or {}), capture_output=True, text=True, check=False
    )


def tracked(*patterns: str) -> list[Path]:
    """The files of the project that git knows, or all of them where the project came without git."""
    listed = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=PROJECT, capture_output=True, text=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        return [PROJECT / name for name in listed.stdout.split("\0") if name and (PROJECT / name).is_file()]
    hidden = {".git", ".venv", ".data"}
    return [path for path in PROJECT.rglob("*") if path.is_file() and not hidden & set(path.relative_to(PROJECT).parts)]


def sources() -> Iterator[Path]:
    for package in CODE:
        yield from (PROJECT / package).rglob("*.py")


# --- layers ---


def lint_imports(project: Path) -> subprocess.CompletedProcess[str]:
    return run("-c", "from importlinter.cli import lint_imports_command as main; main()", "--no-cache", cwd=project)


def test_the_layers_and_rooms_hold():
    answer = lint_imports(PROJECT)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize(
    ("file", "line", "broken"),
    [
        ("core/clock.py", "from members import enums", "Calls go down, events go up BROKEN"),
        ("members/rules.py", "from members import models", "A room imports only rooms below it BROKEN"),
    ],
)
def test_a_call_that_climbs_is_found(tmp_path, file, line, broken):
    for package in LINTER["root_packages"]:
        shutil.copytree(PROJECT / package, tmp_path / package, ignore=lambda _folder, names: [name for name in names if name == "data"])
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    source = tmp_path / file
    source.write_text(source.read_text() + f"\n{line}\n")
    answer = lint_imports(tmp_path)
    assert answer.returncode == 1
    assert broken in answer.stdout


def test_every_project_app_is_linted_and_has_its_layer():
    own = {config.name for config in apps.get_app_configs() if (PROJECT / config.name).is_dir()}
    layers = {layer.strip("()") for layer in LINTER["contracts"][0]["layers"]}
    assert set(LINTER["root_packages"]) == own | {"config"}
    assert set(LINTER["root_packages"]) <= layers
    assert set(LINTER["contracts"][1]["containers"]) == own - {"core", "demo"}


def test_only_the_owner_touches_an_apps_tables():
    graph = grimp.build_graph(*LINTER["root_packages"], cache_dir=None, exclude_type_checking_imports=True)
    foreign = {
        f"{importer} imports {app}.models"
        for app in LINTER["contracts"][1]["containers"]
        if f"{app}.models" in graph.modules
        for importer in graph.find_modules_that_directly_import(f"{app}.models")
        if importer.split(".")[0] not in {app, "demo"}  # the demo looks what it has made already
    }
    assert foreign == set()


# --- style ---


def test_ruff_finds_nothing():
    answer = run("-m", "ruff", "check", "--quiet", "--output-format", "concise", ".")
    assert answer.returncode == 0, answer.stdout


def test_the_code_is_formatted():
    answer = run("-m", "ruff", "format", "--check", ".")
    assert answer.returncode == 0, answer.stdout


@pytest.mark.slow
@pytest.mark.minutes
def test_the_types_hold():
    answer = run("-m", "mypy", ".")
    assert answer.returncode == 0, answer.stdout


def test_the_templates_are_formatted():
    templates = [path for path in tracked("*.html") if "templates" in path.parts]
    djade = Path(sys.executable).with_name("djade")
    answer = subprocess.run([djade, "--check", *templates], capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_words_people_read_are_english_in_code():
    found = []
    for path in sources():
        name = str(path.relative_to(PROJECT))
        if "migrations" in path.parts or name in DATA_IN_CODE or name.endswith("/api/examples.py"):
            continue
        tree = ast.parse(path.read_text())
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings and CHINESE.search(node.value):
                found.append(f"{name}:{node.lineno}")
    assert found == [], "Chinese belongs into locale/ or a data file"


def test_every_word_is_translated_and_compiled():
    assert messages.problems() == []


# --- migrations ---


@pytest.mark.django_db
def test_no_model_change_waits_for_its_migration(capsys):
    try:
        call_command("makemigrations", check=True, dry_run=True)
    except SystemExit:
        pytest.fail(capsys.readouterr().out)


def test_every_migration_can_be_undone():
    loader = MigrationLoader(None)
    stuck = [
        f"{app}.{name}: {operation.describe()}"
        for (app, name), migration in loader.disk_migrations.items()
        if (PROJECT / app).is_dir()
        for operation in migration.operations
        if not operation.reversible
    ]
    assert stuck == []


# --- what stands in the tree ---


def test_no_package_host_and_no_path_of_a_machine_stands_in_the_tree():
    domains = (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "com"), ("npmjs", "org"), ("debian", "org"))
    hosts = [".".join(words) for words in domains]
    wanted = re.compile("|".join(map(re.escape, hosts)) + r"|(?<![\w.~-])/(?:work|root|farm)/")
    found = []
    for path in tracked():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(PROJECT)}:{number}" for number, line in enumerate(text.splitlines(), 1) if wanted.search(line)]
    assert found == []


def test_the_lock_is_the_hashed_one():
    assert not (PROJECT / "uv.lock").exists()
    for name in ("base", "demo", "test"):
        lines = (PROJECT / "requirements" / f"{name}.txt").read_text().splitlines()
        pinned = [number for number, line in enumerate(lines) if re.match(r"[a-z0-9].*==", line)]
        assert pinned
        assert all("--hash=sha256:" in lines[number + 1] for number in pinned)


def test_every_dependency_is_in_the_table_of_third_parties():
    table = (PROJECT / "THIRD_PARTY.md").read_text()
    names = re.findall(r"^([a-z0-9][\w.-]*)==", (PROJECT / "requirements" / "base.txt").read_text(), re.M)
    assert [name for name in names if f"| {name} |" not in table] == []


# --- what is told ---


def environment_names(*folders: str) -> set[str]:
    """Every environment variable the code under these folders reads."""
    read = re.compile(r"""(?:env\.\w+\(|environ\.get\(|environ\[)\s*["']([A-Z][A-Z0-9_]+)["']""")
    required = re.compile(r"for name in \(((?:\"[A-Z_]+\",? ?)+)\)")
    names: set[str] = set()
    for folder in folders:
        for path in (PROJECT / folder).rglob("*.py"):
            text = path.read_text()
            names |= set(read.findall(text)) | set(re.findall(r"[A-Z_]{3,}", " ".join(required.findall(text))))
    return names


def test_every_environment_variable_is_documented():
    told = (PROJECT / "docs" / "operations.md").read_text()
    names = environment_names("config", "requirements") - {"PATH"}
    assert names >= {"DATABASE_URL", "SECRET_KEY", "TRUSTED_PROXIES", "DATA_DIR", "PG"}  # the search finds what is there
    assert sorted(name for name in names if f"`{name}`" not in told) == []


def test_every_setting_of_an_installation_is_in_the_example():
    example = set(re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", (PROJECT / ".env.example").read_text(), re.M))
    assert sorted(environment_names("config/settings") - {"PYTEST_XDIST_WORKER", "TEST_DATABASE_TEMPLATE"} - example) == []


def test_every_command_and_schedule_is_documented():
    told = (PROJECT / "docs" / "operations.md").read_text()
    own = {name for name, app in get_commands().items() if isinstance(app, str) and (PROJECT / app).is_dir()}
    tasks = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert sorted(name for name in own | tasks if f"`{name}`" not in told) == []


def test_every_scheduled_task_exists():
    from config.celery import app

    app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)


def subclasses(cls: type[Any]) -> Iterator[type[Any]]:
    for subclass in cls.__subclasses__():
        yield subclass
        yield from subclasses(subclass)


def test_every_fact_is_on_the_map():
    told = (PROJECT / "docs" / "architecture.md").read_text()
    facts = []
    for app in CODE:
        source = PROJECT / app / "events.py"
        if app != "core" and source.exists():
            facts += [
                f"{app}.{node.name}"
                for node in ast.parse(source.read_text()).body
                if isinstance(node, ast.ClassDef) and node.name[0] != "_"
            ]
    assert facts
    assert [fact for fact in facts if f"`{fact}`" not in told] == []


def test_every_error_code_is_documented():
    from core.errors import DomainError

    told = (PROJECT / "docs" / "api.md").read_text()
    codes = {error.code for error in subclasses(DomainError) if not error.__module__.startswith("tests")}
    assert codes
    assert sorted(code for code in codes if f"`{code}`" not in told) == []


# --- production ---


def review(**changes: str) -> subprocess.CompletedProcess[str]:
    return run("manage.py", "check", "--deploy", "--fail-level", "WARNING", environment=production(**changes))


def test_production_settings_pass_djangos_own_review(tmp_path):
    (tmp_path / "staticfiles.json").write_text("{}")
    answer = review(STATIC_DIR=str(tmp_path))
    assert answer.returncode == 0, answer.stderr


def test_production_says_what_would_only_be_noticed_later(tmp_path):
    answer = review(STATIC_DIR=str(tmp_path), REDIS_URL="127.0.0.1:6379")
    assert answer.returncode != 0
    assert re.findall(r"guanxi\.\w+", answer.stderr) == ["guanxi.E004", "guanxi.W001"]


def test_lists_may_be_written_with_blanks():
    show = "import django; django.setup(); from django.conf import settings as s; print(s.ALLOWED_HOSTS, s.SECRET_KEY_FALLBACKS)"
    answer = run("-c", show, environment=production(ALLOWED_HOSTS="a.example.com, b.example.com,", SECRET_KEY_FALLBACKS=""))
    assert answer.stdout == "['a.example.com', 'b.example.com'] []\n", answer.stderr


COMMANDS = {
    "manage.py": ["manage.py", "version"],
    "gunicorn": ["-m", "gunicorn", "--config", "config/gunicorn.py", "--check-config", "config.wsgi"],
    "celery": ["-m", "celery", "--app", "config", "report"],
    "make demo": ["-m", "config.embedded.supervisor", "demo"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_setting_ends_every_process_in_one_line(command, tmp_path):
    environment = production(SESSION_IDLE_SECONDS="abc", DATA_DIR=str(tmp_path))
    answer = run(*COMMANDS[command], environment=environment)
    assert answer.returncode == 1
    assert answer.stderr.strip() == (
        "SESSION_IDLE_SECONDS=abc: a whole number from 1 on is wanted; left empty it is 10800. docs/operations.md lists the settings."
    )


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES=-1: a whole number from 0 on is wanted; left empty it is 0."),
        ({"SECURE_SSL_REDIRECT": "flase"}, "SECURE_SSL_REDIRECT=flase: true or false is wanted; left empty it is true."),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL=loud: one of DEBUG, INFO, WARNING, ERROR is wanted; left empty it is INFO."),
        ({"LANGUAGE_CODE": "fr"}, "LANGUAGE_CODE=fr: one of zh-hans, en is wanted; left empty it is zh-hans."),
        ({"WEBHOOK_NETWORKS": "10.20.0.0/16, 10.20"}, "WEBHOOK_NETWORKS: 10.20 is no network; 10.20.0.0/16 is one."),
    ],
)
def test_what_is_wanted_of_a_setting_is_said(changes, complaint):
    answer = run("manage.py", "version", environment=production(**changes))
    assert (answer.returncode, answer.stderr) == (1, f"{complaint} docs/operations.md lists the settings.\n")


def test_gunicorn_says_what_is_wrong_with_its_own_settings():
    answer = run(*COMMANDS["gunicorn"], environment=production(WEB_WORKERS="many"))
    assert (answer.returncode, answer.stderr.splitlines()[:-1]) == (1, [])
    assert answer.stderr.startswith("WEB_WORKERS=many: a whole number from 1 on is wanted")


def test_an_empty_setting_is_its_default():
    lines = (PROJECT / ".env.example").read_text().splitlines()
    names = [found[1] for line in lines if (found := re.match(r"#? ?([A-Z][A-Z0-9_]+)=", line))]
    empty = dict.fromkeys(set(names) - set(production()), "")
    show = (
        "import django; django.setup(); from django.conf import settings as s;"
        "print({n: str(getattr(s, n)) for n in dir(s) if n.isupper() and ' at 0x' not in str(getattr(s, n))})"
    )
    plain = run("-c", show, environment=production())
    assert plain.returncode == 0, plain.stderr
    assert run("-c", show, environment=production(**empty)).stdout == plain.stdout
    assert run(*COMMANDS["gunicorn"], environment=production(**empty)).returncode == 0


@pytest.mark.parametrize(("module", "believed"), [("config.settings.prod", ""), ("config.settings.demo", None)])
def test_gunicorn_believes_no_proxy_where_the_settings_believe_none(module, believed):
    show = "import runpy; print(repr(runpy.run_path('config/gunicorn.py').get('forwarded_allow_ips')))"
    answer = run("-c", show, environment={"DJANGO_SETTINGS_MODULE": module})
    assert answer.stdout == f"{believed!r}\n", answer.stderr


@pytest.mark.django_db
def test_beat_brings_no_entry_of_its_own():
    from django_celery_beat.models import PeriodicTask

    from config.celery import app
    from config.scheduler import Scheduler

    Scheduler(app=app, lazy=True).install_default_entries({})
    assert not PeriodicTask.objects.filter(name__startswith="celery.").exists()


def production(**changes: str) -> dict[str, str]:
    """An environment as .env.example asks for, on the servers of the tests."""
    values = {
        "DJANGO_SETTINGS_MODULE": "config.settings.prod",
        "SECRET_KEY": "x1" * 25 + "abcdefghij",
        "DATABASE_URL": f"postgres://{connection.settings_dict['USER']}@{connection.settings_dict['HOST']}:{connection.settings_dict['PORT']}/postgres",
        "REDIS_URL": settings.REDIS_URL,
        "ALLOWED_HOSTS": "members.example.com",
    }
    return values | changes


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": "change-me" * 10}, "SECRET_KEY must be a random text"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY must be a random text"),
        ({"DATABASE_URL": ""}, "DATABASE_URL is not set"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is not set"),
    ],
)
def test_production_does_not_start_on_missing_or_sample_settings(changes, complaint):
    answer = run("manage.py", "check", environment=production(**changes))
    assert answer.returncode != 0
    assert complaint in answer.stderr


@pytest.mark.parametrize("switch", ["CLOCK_OVERRIDE", "WEBHOOK_PRIVATE_ADDRESSES"])
def test_production_refuses_the_switches_of_the_demo(settings, switch):
    from core.checks import production_has_no_demo_switches

    settings.CLOCK_OVERRIDE = settings.WEBHOOK_PRIVATE_ADDRESSES = False
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "demo"]
    assert production_has_no_demo_switches(None) == []
    setattr(settings, switch, True)
    assert [switch in str(error.msg) for error in production_has_no_demo_switches(None)] == [True]
