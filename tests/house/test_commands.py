"""Commands speak the language of the installation, refuse in words, and let nobody say what time it is where real people are."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command, get_commands
from django.utils.translation import override

from core import health
from core.commands import refused, unreadable
from core.errors import InvalidInput
from tests.test_repository import CHINESE, PROJECT, production, run

FOR_DEVELOPERS = {"api_docs", "seed_demo"}
HELP = """
import django, json, sys
django.setup()
from django.core.management import get_commands, load_command_class
said = {}
for name in sys.argv[1:]:
    command = load_command_class(get_commands()[name], name)
    own = [action for action in command.create_parser("manage.py", name)._actions if action.dest not in DJANGOS]
    said[name] = {"help": command.help, **{"/".join(action.option_strings) or action.dest: action.help for action in own}}
print(json.dumps(said))
""".replace(
    "DJANGOS", "('help', 'version', 'verbosity', 'settings', 'pythonpath', 'traceback', 'no_color', 'force_color', 'skip_checks', 'file')"
)


def own() -> list[str]:
    names = (name for name, app in get_commands().items() if isinstance(app, str) and (PROJECT / app).is_dir())
    return sorted(set(names) - FOR_DEVELOPERS)


def helped(language: str) -> dict[str, dict[str, str | None]]:
    """What `--help` says in an installation: words by option, by command."""
    answer = run("-c", HELP, *own(), environment=production(LANGUAGE_CODE=language))
    assert answer.returncode == 0, answer.stderr
    said: dict[str, dict[str, str | None]] = json.loads(answer.stdout)
    return said


def test_help_is_in_the_language_of_the_installation():
    chinese, english = helped("zh-hans"), helped("en")
    assert set(chinese) >= {"bootstrap", "import_members", "import_orders", "check_ledgers", "load_tags"}

    def wrong(said: dict[str, dict[str, str | None]], *, in_chinese: bool) -> list[tuple[str, str]]:
        words = [(name, option, text) for name, options in said.items() for option, text in options.items()]
        return [(name, option) for name, option, text in words if bool(CHINESE.search(text or "")) is not in_chinese]

    assert wrong(chinese, in_chinese=True) == [("load_preset", "--preset")]  # its choices speak for themselves
    assert wrong(english, in_chinese=False) == []


def test_an_installation_has_no_option_to_say_what_time_it_is():
    assert [name for name, options in helped("en").items() if "--now" in options] == []


def test_a_refusal_is_words_and_not_a_dictionary():
    problem = InvalidInput("Unknown key.", field="columns.x", allowed=["a", "b"])
    with override("en"):
        assert str(refused(problem)) == "Unknown key. (field: columns.x; allowed: a, b)"


@pytest.mark.parametrize("name", ["import_members", "import_orders"])
def test_a_file_that_cannot_be_used_is_said_in_words(name, tmp_path, settings):
    settings.LANGUAGE_CODE = "en"
    missing = tmp_path / "missing.csv"
    for path, said in ((missing, f"There is no file {missing}."), (tmp_path, f"{tmp_path} is a folder.")):
        with pytest.raises(CommandError, match=said):
            call_command(name, str(path), "--store", "S001")
    assert "/secret.csv" in str(unreadable(PermissionError(13, "Permission denied", "/secret.csv")))


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["yesterday", "2024-05-20T10:00:00"])
def test_a_clock_that_cannot_be_read_is_refused(text):
    with pytest.raises(CommandError, match="--now"):
        call_command("replay_effects", "--now", text)


@pytest.mark.django_db
def test_bootstrap_asks_for_the_tables_first(monkeypatch):
    monkeypatch.setattr(health, "pending_migrations", lambda: 3)
    with pytest.raises(CommandError, match="migrate"):
        call_command("bootstrap")


@pytest.mark.django_db
def test_a_second_bootstrap_says_which_names_hold(settings):
    settings.LANGUAGE_CODE = "en"

    def bootstrap(**names: Any) -> list[str]:
        out = StringIO()
        call_command("bootstrap", stdout=out, **names)
        return [line.strip() for line in out.getvalue().splitlines()]

    bootstrap(platform_name="安禾会员", store_code="S100", store_name="安禾母婴旗舰店")
    assert bootstrap(platform_name="Another", store_code="S200", store_name="Another")[1:] == [
        "安禾会员 (platform): CNY, Asia/Shanghai",
        "安禾母婴旗舰店 (s100): CNY, Asia/Shanghai; 安禾母婴旗舰店 (S100)",
    ]
