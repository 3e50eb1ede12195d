"""R08 in small: a fuzzer that knows the document only, against a real server. No 5xx, nothing off the document."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.api import sweep

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.minutes]
REQUESTS = 500
BATCHES = """
[[operations]]
include-operation-id = ["push_orders", "push_after_sales", "push_events"]
checks.negative_data_rejection.enabled = false
"""  # what is wrong with one item of a batch is said in its entry of a 200
UNCHECKED = (
    "positive_data_acceptance",  # a body may fit the document and still contradict what is recorded, or itself
    "use_after_free",  # an address of a member is looked up by the member that goes on being there
)


def fuzz(live_server: LiveServer, folder: Path, token: str, parameters: Mapping[str, object], *, examples: int) -> int:
    """How many requests were made; fails with the fuzzer's own words."""
    config = folder / "schemathesis.toml"
    lines = [f'"path.{name}" = {json.dumps(value)}' for name, value in parameters.items()]
    config.write_text("[parameters]\n" + "\n".join(lines) + BATCHES)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", f"{live_server.url}/api/v1/schema/"),
            *("--header", f"Authorization: Bearer {token}", "--checks", "all", "--exclude-checks", ",".join(UNCHECKED)),
            *("--max-examples", str(examples), "--seed", "20240520", "--continue-on-failure", "--warnings", "off"),
            *("--phases", "examples,fuzzing"),
            *("--suppress-health-check", "all", "--generation-database", "none"),
        ],
        capture_output=True,
        text=True,
        timeout=1500,
        check=False,
        cwd=folder,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    generated = re.search(r"(\d+) generated", done.stdout)
    assert generated, done.stdout
    return int(generated[1])


def test_a_fuzzer_finds_nothing_off_the_document(live_server: LiveServer, tmp_path: Path) -> None:
    of = sweep.ours()
    known = fuzz(live_server, tmp_path, of.api.token, {"one_id": of.one_id, "store": "S001", "code": "s001"}, examples=4)
    unknown = fuzz(live_server, tmp_path, of.api.token, {}, examples=1)
    assert known + unknown >= REQUESTS, (known, unknown)
