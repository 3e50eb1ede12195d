"""`make guess`: wrong passwords by the thousand against the running system (R17). What is counted must hold, what is timed is told.

A stranger tries one account from one address, one account from as many addresses as tries, with Valkey and without, a name that is
nobody's, and one password for each of many accounts from one address. Then: does the time of an answer tell whether an account exists?
"""

import argparse
import http.client
import json
import os
import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

from config.embedded.places import data_folder
from tests.bench.figures import say, seconds
from tests.program import end_on_signals, revision
from tests.storm.stack import VALKEY, Stack

PASSWORD = "the-right-password-2026"
WRONG = "a-wrong-password-2026"
HOME = "203.0.113.7"  # whence the owner has logged in before
OFFICE = "203.0.113.50"  # an address that many share
JUDGED, CLOSED, IN = 200, 429, 302  # the form again, too many tries, logged in
MOST = 10  # tries that may be judged of one account (R17)
MOST_OF_ADDRESS = 50  # and from one address, whatever the accounts (LOGIN_FAILURES_PER_ADDRESS)
APART = 0.1  # how far the medians may be apart (R17)


def arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.guessing", description="Wrong passwords against the running system.")
    parser.add_argument("--tries", type=int, default=1_000, help="wrong passwords of each attack (default: %(default)s)")
    parser.add_argument("--people", type=int, default=300, help="known and unknown names that are timed (default: %(default)s each)")
    parser.add_argument("--json", type=Path, help="where the figures are written; default: .data/guessing/<date>.json")
    return parser.parse_args(words)


@dataclass
class Door:
    """The login page of the running system. Each try says where it comes from, as a proxy of ours would."""

    port: int
    cookie: str = ""
    token: str = ""
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self.connection.request("GET", "/admin/login/")
        answer = self.connection.getresponse()
        page = answer.read().decode()
        self.cookie = str(answer.headers["Set-Cookie"]).partition(";")[0]
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert found, page[:500]
        self.token = found[1]

    def knock(self, username: str, password: str, address: str) -> tuple[int, str]:
        """Status and page."""
        body = urlencode({"username": username, "password": password, "csrfmiddlewaretoken": self.token})
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": self.cookie,
            "X-Forwarded-For": address,
            "Accept-Language": "en",
        }
        self.connection.request("POST", "/admin/login/", body, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read().decode()


@contextmanager
def standing(folder: Path, people: int) -> Iterator[Stack]:
    """The system with its owner, who has logged in once from home, and as many people as are timed."""
    os.environ["TRUSTED_PROXIES"] = "1"
    with ExitStack() as ending:
        stack = Stack(folder)
        ending.callback(stack.stop)
        stack.start_servers()
        import django

        django.setup()
        from django.contrib.auth import get_user_model
        from django.contrib.auth.hashers import make_password
        from django.core.management import call_command
        from django.db import connections

        call_command("migrate", verbosity=0)
        owners = ["owner", "owner-of-one-address", "owner-without-valkey", "owner-elsewhere", "neighbour"]
        names = [*owners, *(f"known-{number:04}" for number in range(people))]
        kept = make_password(PASSWORD)
        user = get_user_model()
        user.objects.bulk_create([user(username=name, password=kept, is_staff=True) for name in names])
        connections.close_all()
        stack.start()
        yield stack


def attack(door: Door, username: str, tries: int, whence: Callable[[int], str]) -> Counter[int]:
    """How many of the tries were answered how."""
    return Counter(door.knock(username, f"{WRONG}-{number}", whence(number))[0] for number in range(tries))


def strangers(number: int) -> str:
    return f"198.18.{number // 250}.{number % 250 + 1}"


def attacks(stack: Stack, door: Door, tries: int) -> list[dict[str, Any]]:
    """What each stranger was answered, and whether the owner gets in afterwards, from home."""
    found = []

    def tried(what: str, username: str, whence: Callable[[int], str]) -> None:
        is_owner = username.startswith("owner")
        if is_owner:
            assert door.knock(username, PASSWORD, HOME)[0] == IN, username
        statuses = attack(door, username, tries, whence)
        owner = door.knock(username, PASSWORD, HOME)[0] if is_owner else None
        found.append(
            {
                "attack": what, "tries": tries, "judged": statuses[JUDGED], "closed": statuses[CLOSED],
                "otherwise": tries - statuses[JUDGED] - statuses[CLOSED], "owner_gets_in": owner == IN if is_owner else None,
            }
        )  # fmt: skip
        say(f"  {found[-1]}")

    tried("one account, one address", "owner-of-one-address", lambda _number: "198.51.100.1")
    tried("one account, another address for each try", "owner", strangers)
    tried("a name that is nobody's, another address for each try", "nobody", strangers)
    stack.servers.kill(VALKEY)
    tried("one account, another address for each try, Valkey dead", "owner-without-valkey", strangers)
    found.append(spray(door, tries))
    say(f"  {found[-1]}")
    return found


def spray(door: Door, tries: int) -> dict[str, Any]:
    """One password for each of many accounts, from an address where one of their owners works. She stays in, the others from elsewhere."""
    tries = max(tries, MOST_OF_ADDRESS + 10)
    assert door.knock("neighbour", PASSWORD, OFFICE)[0] == IN
    names = ["neighbour", "owner-elsewhere", *(f"listed-{number}" for number in range(tries - 2))]
    statuses = Counter(door.knock(name, WRONG, OFFICE)[0] for name in names)
    afterwards = {door.knock("neighbour", PASSWORD, OFFICE)[0], door.knock("owner-elsewhere", PASSWORD, HOME)[0]}
    return {
        "attack": "one guess at each of many accounts, one address, Valkey dead", "tries": tries, "judged": statuses[JUDGED],
        "closed": statuses[CLOSED], "otherwise": tries - statuses[JUDGED] - statuses[CLOSED], "at_most": MOST_OF_ADDRESS,
        "owner_gets_in": afterwards == {IN},
    }  # fmt: skip


def telling(door: Door, people: int) -> dict[str, Any]:
    """Whether time, status or page tell a name that exists from one that does not. One try for each name, in turns."""
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    pages: dict[str, set[tuple[int, str]]] = {"known": set(), "unknown": set()}
    for number in range(people):
        for kind in times:
            name, answer = f"{kind}-{number:04}", []
            times[kind].append(seconds(lambda: answer.append(door.knock(name, WRONG, strangers(number)))))  # noqa: B023
            status, page = answer[0]
            pages[kind].add((status, re.sub(r'(?<=csrfmiddlewaretoken" value=")\w+', "", page).replace(name, "")))
    known, unknown = (median(found) * 1000 for found in times.values())
    return {
        "names": people, "known_ms": round(known, 1), "unknown_ms": round(unknown, 1), "apart": round(abs(known / unknown - 1), 4),
        "answers_alike": pages["known"] == pages["unknown"] and len(pages["known"]) == 1,
    }  # fmt: skip


def failures(attacked: Sequence[dict[str, Any]], told: dict[str, Any]) -> list[str]:
    """What R17 does not allow, times apart."""
    found = []
    for each in attacked:
        if not 0 < each["judged"] <= each.get("at_most", MOST) or each["otherwise"]:
            found.append(f"{each['attack']}: {each['judged']} judged, {each['otherwise']} answered otherwise")
        if each["owner_gets_in"] is False:
            found.append(f"{each['attack']}: the owner does not get in from where she always does")
    if not told["answers_alike"]:
        found.append("status or page tell whether an account exists")
    return found


def main() -> None:
    said = arguments()
    end_on_signals()
    at = datetime.now(UTC)
    folder = data_folder() / "guessing" / f"{at:%Y%m%dT%H%M%S}"
    folder.mkdir(parents=True)
    say("Starting the system")
    with standing(folder, said.people) as stack:
        door = Door(stack.port)
        say(f"Does the time of an answer tell? {said.people} known and as many unknown names")
        told = telling(door, said.people)
        say(f"  {told}")
        say(f"Guessing, {said.tries:,} tries each")
        attacked = attacks(stack, door, said.tries)
    wrong = failures(attacked, told)
    figures = {"at": at.isoformat(timespec="seconds"), "revision": revision(), "attacks": attacked, "telling": told, "failures": wrong}
    file = said.json or folder.with_suffix(".json")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    shutil.rmtree(folder)
    for failure in wrong:
        sys.stdout.write(f"{failure}\n")
    verdict = "met" if told["apart"] <= APART else "missed"
    say(f"Medians {told['apart']:.1%} apart (goal {APART:.0%}: {verdict}); {len(wrong)} failures; written to {file}")
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
