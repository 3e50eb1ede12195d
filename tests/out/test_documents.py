"""What docs/webhooks.md tells receivers is what they get."""

import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core import outbox
from stores.webhooks import rules, sender, services
from tests.out.receiver import Receiver


@pytest.fixture
def page(project: Path) -> str:
    return (project / "docs" / "webhooks.md").read_text()


def test_every_topic_is_on_the_page(page: str):
    told = set(re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", page, re.MULTILINE))
    assert told == {*outbox.topics(), services.TEST_TOPIC}


def test_the_numbers_on_the_page_are_those_of_the_code(page: str):
    assert f"within {sender.PATIENCE:.0f} seconds" in page
    assert f"delivery log for {services.LOG_DAYS} days" in page
    assert (rules.CIRCUIT_FAILURES, rules.REST.total_seconds()) == (5, 300)
    assert "After five failures in a row" in page
    assert "rests for five minutes" in page
    assert rules.AT_ONCE_PER_ENDPOINT == 4
    assert "up to four requests" in page


def block(page: str, language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", page, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.skipif(not all(map(shutil.which, ("openssl", "curl", "base64", "od"))), reason="the shell example needs openssl and curl")
def test_the_shell_example_signs_as_the_library_does(page: str, receiver: Receiver, tmp_path: Path):
    script = tmp_path / "sign.sh"
    script.write_text(block(page, "sh"))
    subprocess.run(["sh", str(script)], env={"RECEIVER": receiver.url, "PATH": "/usr/bin:/bin"}, check=True, capture_output=True)
    [request] = receiver.received
    assert request.verified("whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0")["type"] == "webhook.test"


def test_the_python_example_takes_a_message_once_and_refuses_a_forged_one(page: str):
    secret = "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"
    seen: set[str] = set()
    done: list[tuple[str, object]] = []

    def remember(webhook_id: str) -> bool:
        new = webhook_id not in seen
        seen.add(webhook_id)
        return new

    example = {"SECRET": secret, "remember": remember, "enqueue": lambda topic, data: done.append((topic, data))}
    exec(block(page, "python"), example)  # noqa: S102
    body = b'{"type":"webhook.test","data":{"test":true}}'
    headers = rules.signed_headers(secret=secret, webhook_id="msg_1", body=body, at=datetime.now(UTC))
    receive = example["receive"]
    assert [receive(headers, body), receive(headers, body)] == [204, 204]  # type: ignore[operator]
    assert receive(headers, body.replace(b"true", b"false")) == 400  # type: ignore[operator]
    assert done == [("webhook.test", {"test": True})]
