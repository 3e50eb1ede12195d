"""docker-compose.yml and the image: read as Docker would, where there is no Docker. `make compose-check` runs it without pytest."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
Compose = dict[str, Any]


def the_file_has_the_shape_of_the_specification(compose: Compose) -> None:
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(compose)] == []


def the_parts_of_an_installation_are_all_there(compose: Compose) -> None:
    assert set(compose["services"]) == {"postgres", "valkey", "migrate", "web", "worker", "beat"}


def everybody_waits_for_what_they_need(compose: Compose) -> None:
    services = compose["services"]
    assert services["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    for service in services.values():
        for needed, how in service.get("depends_on", {}).items():
            assert needed in services
            assert how["condition"] != "service_healthy" or "healthcheck" in services[needed]


def there_is_no_default_password_or_key(compose: Compose) -> None:
    text = (PROJECT / "docker-compose.yml").read_text()
    for name in ("POSTGRES_PASSWORD", "SECRET_KEY", "ALLOWED_HOSTS"):
        uses = re.findall(rf"\$\{{{name}([^}}]*)\}}", text)
        assert uses
        assert all(use.startswith(":?") for use in uses)


def only_the_web_is_reached_and_only_from_the_machine(compose: Compose) -> None:
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["web"]


def named_volumes_are_declared(compose: Compose) -> None:
    used = {volume.split(":")[0] for service in compose["services"].values() for volume in service.get("volumes", [])}
    assert used == set(compose["volumes"])


def every_variable_is_in_the_example(compose: Compose) -> None:
    names = set(re.findall(r"\$\{([A-Z_]+)", (PROJECT / "docker-compose.yml").read_text()))
    example = (PROJECT / ".env.example").read_text()
    assert sorted(name for name in names - {"PORT"} if not re.search(rf"^#? ?{name}=", example, re.M)) == []


def every_setting_of_the_example_reaches_the_processes(compose: Compose) -> None:
    example = set(re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", (PROJECT / ".env.example").read_text(), re.M))
    of_the_image = set(re.findall(r"^(?:ENV )? *([A-Z_]+)=[^ ]+ \\?$", (PROJECT / "Dockerfile").read_text(), re.M)) | {"WEB_BIND"}
    assert {"DATA_DIR", "STATIC_DIR"} <= of_the_image
    for name in ("migrate", "web", "worker", "beat"):
        assert sorted(example - {"POSTGRES_PASSWORD"} - of_the_image - set(compose["services"][name]["environment"])) == []


def the_image_carries_every_folder_of_the_product_and_not_the_demo(_compose: Compose) -> None:
    folders = {line.split()[1] for line in (PROJECT / "Dockerfile").read_text().splitlines() if re.match(r"COPY \w+ \w+$", line)}
    kept = {line[1:] for line in (PROJECT / ".dockerignore").read_text().splitlines() if re.fullmatch(r"!\w+", line)}
    apps = {path.parent.name for path in PROJECT.glob("*/apps.py")}
    assert folders == (apps - {"demo"}) | {"config", "templates", "locale"}
    assert folders <= kept


def docker_compose_reads_it(_compose: Compose) -> None:
    """Where it is installed."""
    if (program := shutil.which("docker-compose")) is None:
        return
    environment = {"PATH": "/usr/bin:/bin", "SECRET_KEY": "x", "ALLOWED_HOSTS": "x", "POSTGRES_PASSWORD": "x"}
    with tempfile.TemporaryDirectory() as elsewhere:
        command = [program, "--file", str(PROJECT / "docker-compose.yml"), "config", "--quiet"]
        answer = subprocess.run(command, cwd=elsewhere, env=environment, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr


def read() -> Compose:
    told: Compose = yaml.safe_load((PROJECT / "docker-compose.yml").read_text())
    return told


CHECKS: list[Callable[[Compose], None]] = [
    the_file_has_the_shape_of_the_specification,
    the_parts_of_an_installation_are_all_there,
    everybody_waits_for_what_they_need,
    there_is_no_default_password_or_key,
    only_the_web_is_reached_and_only_from_the_machine,
    named_volumes_are_declared,
    every_variable_is_in_the_example,
    every_setting_of_the_example_reaches_the_processes,
    the_image_carries_every_folder_of_the_product_and_not_the_demo,
    docker_compose_reads_it,
]


def main() -> None:
    compose = read()
    failed = 0
    for check in CHECKS:
        try:
            check(compose)
        except AssertionError as problem:
            failed += 1
            print(f"not so: {check.__name__.replace('_', ' ')}. {problem}")
    print(f"docker-compose.yml: {len(CHECKS) - failed} of {len(CHECKS)} checks hold.")
    sys.exit(min(failed, 1))


if __name__ == "__main__":
    main()
