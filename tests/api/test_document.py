"""API-01, API-05: the OpenAPI document is what is served, is kept, and everything in it can be tried by copying."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from core.api import manual
from core.api.errors import every_refusal
from core.management.commands.api_docs import Command
from stores.enums import ClientScope
from tests.api import sweep
from tests.api.callers import BASE
from tests.api.sweep import Stocked

KEPT = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"


def test_the_document_is_generated_without_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    manual.document()
    assert "Warning" not in capsys.readouterr().err


def test_what_is_written_from_the_declarations_is_up_to_date() -> None:
    """When this fails: `manage.py api_docs`, and look at what has changed before committing it."""
    project = KEPT.parents[1]
    stale = [name for name, text in Command.files().items() if (project / name).read_text(encoding="utf-8") != text]
    assert stale == [], "run manage.py api_docs"


def test_nothing_is_taken_away_unnoticed() -> None:
    """A field, an operation or a code that goes breaks somebody's program (API-05)."""
    kept, now = json.loads(KEPT.read_text(encoding="utf-8")), manual.document()
    gone = [path for path in kept["paths"] if path not in now["paths"]]
    for name, schema in kept["components"]["schemas"].items():
        fields = now["components"]["schemas"].get(name, {}).get("properties", {})
        gone += [f"{name}.{field}" for field in schema.get("properties", {}) if field not in fields]
    assert gone == []


def test_every_error_code_is_in_the_manual() -> None:
    page = (KEPT.parent / "api.md").read_text(encoding="utf-8")
    codes = {refusal.code for refusal in every_refusal()}
    assert {code for code in codes if f"| `{code}` |" not in page} == set()


def test_every_scope_is_explained_in_the_manual() -> None:
    table = (KEPT.parent / "api.md").read_text(encoding="utf-8").partition("| scope | lets a client |")[2].partition("\n\n")[0]
    assert {scope for scope in ClientScope.values if f"`{scope}`" not in table} == set()


def test_every_operation_has_a_command_to_copy() -> None:
    page = (KEPT.parent / "api.md").read_text(encoding="utf-8")
    commands = page.partition("## Operations")[2].split("#### ")[1:]
    said = {re.search(r"\(`(\w+)`\)", section)[1]: section.count("```bash\ncurl ") for section in commands}  # type: ignore[index]
    assert said == {str(operation): 1 for operation in sweep.operations()}


def test_every_name_in_the_commands_is_set_before_them() -> None:
    page = (KEPT.parent / "api.md").read_text(encoding="utf-8").partition("## Operations")[2]
    prelude, _mark, commands = page.partition("<!-- operations -->")
    assert set(re.findall(r"\$([A-Z_]+)", commands)) - set(re.findall(r"\b([A-Z_]+)=", prelude)) == set()


def test_every_operation_declares_problems_headers_and_a_scope(subtests: pytest.Subtests) -> None:
    for operation in sweep.operations():
        with subtests.test(operation=str(operation)):
            assert {400, 401, 403, 406, 429} <= operation.statuses()
            assert ("{" in operation.path) <= (404 in operation.statuses())
            for status, said in operation.declared["responses"].items():
                assert "X-Request-ID" in said["headers"]
                assert status >= "300" or "RateLimit-Remaining" in said["headers"]
                if status >= "400":
                    assert list(said["content"]) == ["application/problem+json"]
            assert operation.declared["summary"]
            assert operation.declared["description"]


def test_the_document_is_served(db: None) -> None:
    answer = Client().get(f"{BASE}/schema/", headers={"Accept-Language": "en"})
    assert answer.status_code == 200
    assert json.loads(answer.content) == json.loads(json.dumps(manual.document()))


def test_the_page_to_try_it_out_needs_nothing_from_outside(db: None) -> None:
    answer = Client().get(f"{BASE}/docs/")
    assert answer.status_code == 200
    page = answer.content.decode()
    addresses = re.findall(r"""(?:src|href)=["']([^"']+)""", page)
    assert addresses
    assert [address for address in addresses if not address.startswith(("/", "data:"))] == []
    for address in addresses:
        if address.startswith("/static/"):
            assert finders.find(address.removeprefix("/static/")), address


def test_answers_have_the_fields_their_schema_says(subtests: pytest.Subtests, ours: Stocked) -> None:
    for operation in sweep.operations():
        if operation.method != "GET":
            continue
        with subtests.test(operation=str(operation)):
            answer = ours.api.get(ours.at(operation))
            assert answer.status_code == 200, answer.json()
            schema = operation.declared["responses"]["200"]["content"]["application/json"]["schema"]
            _compare(schema, answer.json(), str(operation))


def _compare(schema: Any, value: Any, where: str) -> None:
    """The value has exactly the properties its schema lists."""
    components = sweep.document()["components"]["schemas"]
    if "$ref" in schema:
        schema = components[schema["$ref"].rsplit("/", 1)[1]]
    if value is None or ("properties" not in schema and schema.get("type") != "array"):
        return
    if schema.get("type") == "array":
        for inner in value:
            _compare(schema["items"], inner, where)
        return
    assert set(value) == set(schema["properties"]), where
    for name, inner in schema["properties"].items():
        _compare(inner, value[name], f"{where}.{name}")


@pytest.mark.django_db
def test_the_docs_that_the_page_names_are_links_that_answer() -> None:
    said = manual.document()["info"]["description"]
    links = re.findall(r"\[docs/(\w+\.md)\]\((\S+?)\)", said)
    assert {name for name, _address in links} == {"quickstart.md", "api.md", "webhooks.md"} == set(re.findall(r"docs/(\w+\.md)\]", said))
    for name, address in links:
        answer = Client().get(address)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/plain; charset=utf-8")
        assert answer.content.decode() == (KEPT.parent / name).read_text(encoding="utf-8")
        assert name in (KEPT.parents[1] / "Dockerfile").read_text() and f"!docs/{name}" in (KEPT.parents[1] / ".dockerignore").read_text()
    assert Client().get(f"{BASE}/docs/runbook.md").status_code == 404
    assert Client().post(f"{BASE}/docs/api.md").status_code == 405


def light(colour: str) -> float:
    """Relative luminance as WCAG has it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.django_db
def test_authorize_can_be_read_on_the_page_to_try_it() -> None:
    assert "guanxi/swagger.css" in Client().get(f"{BASE}/docs/").content.decode()
    found = finders.find("guanxi/swagger.css")
    assert isinstance(found, str)
    colours = set(re.findall(r"#[0-9a-f]{6}", Path(found).read_text(encoding="utf-8")))
    assert colours
    assert min((light("#fafafa") + 0.05) / (light(colour) + 0.05) for colour in colours) >= 4.5
