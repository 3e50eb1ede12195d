"""docker-compose.yml and the image: read as Docker would, where there is no Docker."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

PROJECT = Path(__file__).resolve().parents[2]
TEXT = {"type": "string"}
TEXTS = {"type": "array", "items": TEXT}
CONDITIONS = ["service_started", "service_healthy", "service_completed_successfully"]
# The part of the compose specification that this file uses; anything else in it is refused.
SERVICE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["image"],
    "properties": {
        "build": TEXT,
        "image": TEXT,
        "restart": {"enum": ["no", "unless-stopped"]},
        "command": TEXTS,
        "environment": {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
        "volumes": TEXTS,
        "ports": {"type": "array", "items": {"type": "string", "pattern": r"^127\.0\.0\.1:"}},
        "shm_size": TEXT,
        "stop_grace_period": TEXT,
        "healthcheck": {
            "type": "object",
            "additionalProperties": False,
            "required": ["test", "interval", "timeout", "retries"],
            "properties": {"test": TEXTS, "interval": TEXT, "timeout": TEXT, "retries": {"type": "integer"}, "start_period": TEXT},
        },
        "depends_on": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "required": ["condition"],
                "properties": {"condition": {"enum": CONDITIONS}},
            },
        },
    },
}
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["services"],
    "patternProperties": {"^x-": {}},
    "properties": {
        "version": TEXT,
        "services": {"type": "object", "additionalProperties": SERVICE},
        "volumes": {"type": "object", "additionalProperties": {"type": "null"}},
    },
}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
    return read


def test_the_file_has_the_shape_of_the_specification(compose):
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(compose)] == []


def test_the_parts_of_an_installation_are_all_there(compose):
    assert set(compose["services"]) == {"postgres", "valkey", "migrate", "web", "worker", "beat"}


def test_everybody_waits_for_what_they_need(compose):
    services = compose["services"]
    assert services["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    for service in services.values():
        for needed, how in service.get("depends_on", {}).items():
            assert needed in services
            assert how["condition"] != "service_healthy" or "healthcheck" in services[needed]


def test_there_is_no_default_password_or_key(compose):
    text = (PROJECT / "docker-compose.yml").read_text()
    for name in ("POSTGRES_PASSWORD", "SECRET_KEY", "ALLOWED_HOSTS"):
        uses = re.findall(rf"\$\{{{name}([^}}]*)\}}", text)
        assert uses
        assert all(use.startswith(":?") for use in uses)


def test_only_the_web_is_reached_and_only_from_the_machine(compose):
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["web"]


def test_named_volumes_are_declared(compose):
    used = {volume.split(":")[0] for service in compose["services"].values() for volume in service.get("volumes", [])}
    assert used == set(compose["volumes"])


def test_every_variable_is_in_the_example(compose):
    names = set(re.findall(r"\$\{([A-Z_]+)", (PROJECT / "docker-compose.yml").read_text()))
    example = (PROJECT / ".env.example").read_text()
    assert sorted(name for name in names - {"PORT"} if not re.search(rf"^#? ?{name}=", example, re.M)) == []


def test_every_setting_of_the_example_reaches_the_processes(compose):
    example = set(re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", (PROJECT / ".env.example").read_text(), re.M))
    of_the_image = set(re.findall(r"^(?:ENV )? *([A-Z_]+)=[^ ]+ \\?$", (PROJECT / "Dockerfile").read_text(), re.M)) | {"WEB_BIND"}
    assert {"DATA_DIR", "STATIC_DIR"} <= of_the_image
    for name in ("migrate", "web", "worker", "beat"):
        assert sorted(example - {"POSTGRES_PASSWORD"} - of_the_image - set(compose["services"][name]["environment"])) == []


def test_the_image_carries_every_folder_of_the_product_and_not_the_demo():
    folders = {line.split()[1] for line in (PROJECT / "Dockerfile").read_text().splitlines() if re.match(r"COPY \w+ \w+$", line)}
    kept = {line[1:] for line in (PROJECT / ".dockerignore").read_text().splitlines() if re.fullmatch(r"!\w+", line)}
    apps = {path.parent.name for path in PROJECT.glob("*/apps.py")}
    assert folders == (apps - {"demo"}) | {"config", "templates", "locale"}
    assert folders <= kept


@pytest.mark.skipif(shutil.which("docker-compose") is None, reason="no docker-compose here")
def test_docker_compose_reads_it(tmp_path):
    environment = {"PATH": "/usr/bin:/bin", "SECRET_KEY": "x", "ALLOWED_HOSTS": "x", "POSTGRES_PASSWORD": "x"}
    command = ["docker-compose", "--file", str(PROJECT / "docker-compose.yml"), "config", "--quiet"]
    answer = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
