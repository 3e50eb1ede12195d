"""R08: a fuzzer that knows the document only, against a real server. No 5xx, nothing off the document, every operation reached.

Some hundreds of requests in each run of the tests; FUZZ_EXAMPLES=100 makes it tens of thousands, with the document's boundaries and with
chains of operations that use what others have made.
"""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest, HttpResponseBase
from pytest_django.live_server_helper import LiveServer

from tests.api import sweep

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.minutes]
REQUESTS = 500
FEW = 4
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", FEW))  # of each operation
BATCHES = """
[[operations]]
include-operation-id = ["push_orders", "push_after_sales", "push_events"]
checks.negative_data_rejection.enabled = false
checks.negative_data_rejection.expected-statuses = ["2xx", "4xx"]
"""  # what is wrong with one item of a batch is said in its entry of a 200
UNCHECKED = (
    "positive_data_acceptance",  # a body may fit the document and still contradict what is recorded, or itself
    "use_after_free",  # an address of a member is looked up by the member that goes on being there
)
UNCHECKED_IN_CHAINS = (
    *UNCHECKED,
    "negative_data_rejection",  # what it breaks in a path, the parameters named here mend again
    "ensure_resource_availability",  # an earlier link of the chain may have deleted it
)


Answered = Counter[tuple[str, str, int]]


@pytest.fixture
def answered() -> Iterator[Answered]:
    """How often each method and address (as the router names it) was answered with each status, by whichever thread."""
    found: Answered = Counter()
    answer = BaseHandler.get_response

    def counted(self: BaseHandler, request: HttpRequest) -> HttpResponseBase:
        response = answer(self, request)
        route = request.resolver_match.route if request.resolver_match else ""
        found[str(request.method), route, response.status_code] += 1
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseHandler, "get_response", counted)
        yield found


def fuzz(
    live_server: LiveServer, folder: Path, token: str, parameters: Mapping[str, object], *, examples: int, chained: bool = False
) -> int:
    """How many requests were made; fails with the fuzzer's own words. chained: the document's boundaries, and chains of operations."""
    unchecked = UNCHECKED_IN_CHAINS if chained else UNCHECKED
    config = folder / "schemathesis.toml"
    lines = [f'"path.{name}" = {json.dumps(value)}' for name, value in parameters.items()]
    config.write_text("[parameters]\n" + "\n".join(lines) + BATCHES)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", f"{live_server.url}/api/v1/schema/"),
            *(
                "--header",
                f"Authorization: Bearer {token}",
                "--checks",
                "all",
                "--exclude-checks",
                ",".join(unchecked),
            ),
            *("--max-examples", str(examples), "--seed", "20240520", "--continue-on-failure", "--warnings", "off"),
            *("--phases", "coverage,stateful" if chained else "examples,fuzzing"),
            *("--suppress-health-check", "all", "--generation-database", "none"),
        ],
        capture_output=True,
        text=True,
        timeout=300 * EXAMPLES,
        check=False,
        cwd=folder,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    generated = re.search(r"(\d+) generated", done.stdout)
    assert generated, done.stdout
    return int(generated[1])


def test_a_fuzzer_finds_nothing_off_the_document(
    live_server: LiveServer, tmp_path: Path, answered: Answered, capsys: pytest.CaptureFixture[str]
) -> None:
    of = sweep.ours()
    answered.clear()
    ours = {name: value for name, value in of.path.items() if not name.endswith("_id") or name == "one_id"}
    made = {
        "with what there is": fuzz(live_server, tmp_path, of.api.token, ours, examples=EXAMPLES),
        "with anything": fuzz(live_server, tmp_path, of.api.token, {}, examples=max(1, EXAMPLES // 4)),
        "by nobody": fuzz(live_server, tmp_path, "nobody's", ours, examples=1),
    }
    if EXAMPLES > FEW:
        made["in chains"] = fuzz(live_server, tmp_path, of.api.token, ours, examples=EXAMPLES // 4, chained=True)
    by_status = Counter[int]()
    for (_method, _route, status), times in answered.items():
        by_status[status] += times
    reached = {(method, re.sub(r"<\w+:(\w+)>", r"{\1}", route)) for method, route, status in answered if status < 300}
    refused = [str(each) for each in sweep.operations() if (each.method, f"api/v1{each.path}") not in reached]
    with capsys.disabled():
        print(f"\n{answered.total():,} requests, {made}, by status {dict(sorted(by_status.items()))}")
        print(f"operations that were only refused: {len(refused)} of {len(sweep.operations())}: {refused}")
    assert sum(made.values()) >= REQUESTS, made
    assert not any(status >= 500 for status in by_status), by_status
