"""What docs and examples invite to copy does what they say, against a real server."""

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer
from standardwebhooks import Webhook

from core import clock
from core.api import manual
from core.registry import BLANK
from coupons.models import Coupon, CouponTemplate
from coupons.rules.discounts import Goods
from coupons.services import claims, using
from coupons.services.using import Spend
from points.services import exchange, spending
from stores import services as stores_services
from stores.enums import ClientScope, ProgrammeKind
from stores.models import Membership, Programme
from stores.services import ClientCredentials
from tests.api import sweep
from tests.api.campaigned import campaigned
from tests.api.couponed import couponed
from tests.api.levelled import grow, levelled, membership
from tests.api.pointed import give, pointed
from tests.api.tagged import tagged
from tests.world import NOW, enrol, platform, store

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def credentials(transactional_db: None) -> ClientCredentials:
    """A client of S001, whose programme is P1, as in the demo."""
    platform()
    made = stores_services.create_programme(code="P1", name="P1", kind=ProgrammeKind.STORE, preset=BLANK, actor="test", at=NOW)
    programme = pointed(levelled(made))
    shop = store("S001", programme_id=programme.pk)
    couponed(programme, "C1", face_minor=5000)
    campaigned(tagged(programme))
    member_id = enrol(shop, "+8613600136000").member_id
    reserve(coupon_of(Membership.objects.get(member=member_id, programme=programme)))
    return stores_services.create_api_client(store_id=shop.pk, name="shop", scopes=ClientScope.values)


def settle(one_id: str) -> None:
    """What a real member has by then."""
    grow(membership("P1", one_id), 7200)
    give(membership("P1", one_id), 100, at=clock.now())


def coupon_of(member: Membership) -> Coupon:
    """One to be had by its code, before the first member of the manual is there."""
    template_id = CouponTemplate.objects.get(programme=member.programme, code="C1").pk
    return claims.claim(template_id=template_id, membership_id=member.pk, effect_key="first", actor="test", at=clock.now()).coupon


def reserve(coupon: Coupon) -> None:
    """For the order that the manual releases, reserves and uses it for."""
    spend = Spend((Goods(1, "NF03", "", 1, 29900),))
    store_id = store("S001").pk
    using.reserve_coupon(coupon_id=coupon.pk, store_id=store_id, order_no="O2001", spend=spend, actor="test", at=clock.now())


def another_hold(one_id: str) -> int:
    member = membership("P1", one_id)
    held = spending.hold_for_order(membership_id=member.pk, points=1, reference="ANOTHER", actor="test", at=clock.now())
    return held.hold.pk


@pytest.fixture
def environment(live_server: LiveServer, credentials: ClientCredentials) -> dict[str, str]:
    return {
        **os.environ,
        "GUANXI": f"{live_server.url}{manual.BASE}",
        "CLIENT_ID": credentials.client_id,
        "CLIENT_SECRET": credentials.client_secret,
    }


def ask(method: str, url: str, headers: Mapping[str, str], data: bytes | None) -> tuple[int, Any]:
    request = urllib.request.Request(url, data, dict(headers), method=method)  # noqa: S310 - the live server
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            text = answer.read()
            return answer.status, json.loads(text) if text else None
    except urllib.error.HTTPError as refused:
        return refused.code, json.loads(refused.read())


def token(environment: Mapping[str, str]) -> str:
    command = re.search(r"```bash\n(curl [^`]*oauth/token[^`]*)```", (PROJECT / "docs/api.md").read_text())
    assert command
    return str(json.loads(bash(command[1], environment))["access_token"])


def bash(script: str, environment: Mapping[str, str]) -> str:
    done = subprocess.run(["bash", "-ec", script], env=dict(environment), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl here")
def test_every_command_of_the_manual_works_in_the_order_one_tries_them(environment: dict[str, str]) -> None:
    page = (PROJECT / "docs/api.md").read_text(encoding="utf-8").partition("## Operations")[2]
    commands = dict(re.findall(r"\(`(\w+)`\), scope.*?```bash\n(curl .*?)```", page, re.DOTALL))
    names = {
        "TOKEN": token(environment),
        "STORE": "S001",
        "PROGRAMME": "P1",
        "PURPOSE": "marketing",
        "BENEFIT": "priority_dispatch",
        "ENTRY": "1",
        "TEMPLATE": "C1",
        "COUPON_CODE": Coupon.objects.get().code,
        "TAG": "picky",
        "SEGMENT": "buyers",
        "CAMPAIGN": "picked",
    }
    for _method, _path, said in manual.operations(sweep.document()):
        operation = said["operationId"]
        text = bash(commands.pop(operation), {**environment, **names})
        if operation in manual.KEPT:
            name, member = manual.KEPT[operation]
            names[manual.SHELL_NAMES[name]] = str(json.loads(text)[member])
        if operation == "create_member":
            settle(names["ONE_ID"])
        if operation == "capture_points_hold":
            names["HOLD"] = str(another_hold(names["ONE_ID"]))  # a hold ends once
        if operation == "claim_coupon":
            reserve(Coupon.objects.get(pk=names["COUPON"]))  # what is tried first lets go of it
    assert commands == {}


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl here")
def test_the_quickstart_works_line_by_line(environment: dict[str, str], tmp_path: Path) -> None:
    kept = tmp_path / ".data"
    kept.mkdir()
    (kept / "demo.http.env").write_text(
        f"S001_CLIENT_ID={environment['CLIENT_ID']}\nS001_CLIENT_SECRET={environment['CLIENT_SECRET']}\n", encoding="utf-8"
    )
    page = (PROJECT / "docs/quickstart.md").read_text(encoding="utf-8").replace("http://127.0.0.1:8000/api/v1", environment["GUANXI"])
    script = f"cd {tmp_path}\n" + "\necho\n".join(re.findall(r"```bash\n(.*?)```", page, re.DOTALL))
    answers = [json.loads(line) for line in bash(script, environment).replace("}{", "}\n{").splitlines() if line.startswith("{")]
    assert [answer["applied"] for answer in answers[:3]] == [True, True, True]
    assert answers[3]["programme"] == "P1"
    [order] = answers[4]["data"]
    assert (order["status"], order["refunded_minor"]) == ("completed", 29990)
    level, entitled, quote = answers[5:]
    assert level["level"]["code"] == "L0"
    assert [benefit["code"] for benefit in entitled["data"]] == ["discount", "priority_dispatch"]
    assert (quote["goods_minor"], quote["total_minor"]) == (9800, 10600)


def test_the_programs_read_the_demos_address_beside_its_ids_and_secrets(tmp_path: Path) -> None:
    (tmp_path / "demo.http.env").write_text(
        "S001_CLIENT_ID=a\nS001_CLIENT_SECRET=b\nGUANXI=http://127.0.0.1:8001/api/v1\n", encoding="utf-8"
    )
    ask = "import storefront; print(storefront.from_environment().base)"
    environment = {"DATA_DIR": str(tmp_path), "PYTHONPATH": str(PROJECT / "examples")}
    done = subprocess.run([sys.executable, "-c", ask], env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "http://127.0.0.1:8001/api/v1"


def test_the_storefront_program_goes_through_its_day(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "examples/storefront.py"], cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = [line.partition(" ")[::2] for line in done.stdout.splitlines()]
    said = dict(lines)
    assert [word for word, _rest in lines] == ["member", "order", "again", "completed", "refund", "refunded", "summary", "refused"]
    assert said["again"] == said["order"]
    assert (said["refunded"], said["refused"]) == ("29990", "stale_version")


def test_the_points_program_pays_earns_and_exchanges(environment: dict[str, str]) -> None:
    """SF-6, SF-7 step 2, SF-12, as in the demo: P1 for P2 at 100 : 80 in steps of 50."""
    theirs = stores_services.create_programme(code="P2", name="P2", kind=ProgrammeKind.STORE, preset=BLANK, actor="test", at=NOW)
    other = store("S002", programme_id=theirs.pk)
    made = stores_services.create_api_client(store_id=other.pk, name="other", scopes=ClientScope.values)
    environment = {**environment, "S002_CLIENT_ID": made.client_id, "S002_CLIENT_SECRET": made.client_secret}
    pointed(theirs)
    ours = Programme.objects.get(code="P1")
    exchange.save_pair(
        from_programme_id=ours.pk, to_programme_id=theirs.pk, ratio_from=100, ratio_to=80, step=50, minimum=50, actor="test", at=NOW
    )
    done = subprocess.run(
        [sys.executable, "examples/points.py"], cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "balance 100",
        "available 30",
        "released 100",
        "captured 70 left 30",
        "lots [0, 30]",
        "refused insufficient_points 30",
        "earned 2 for True",
        "paid 2 left 30",
        "exchanged 250 for 200 left 80",
        "linked True",
        "too little 400 below_step 50",
    ]


def test_the_coupons_program_goes_to_the_checkout(environment: dict[str, str]) -> None:
    """SF-5, as in the demo: C1 is 50.00 off from 299.00 on."""
    theirs = stores_services.create_programme(code="P2", name="P2", kind=ProgrammeKind.STORE, preset=BLANK, actor="test", at=NOW)
    other = store("S002", programme_id=theirs.pk)
    made = stores_services.create_api_client(store_id=other.pk, name="other", scopes=ClientScope.values)
    environment = {**environment, "S002_CLIENT_ID": made.client_id, "S002_CLIENT_SECRET": made.client_secret}
    done = subprocess.run(
        [sys.executable, "examples/coupons.py"], cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    claimed, *rest = done.stdout.splitlines()
    assert claimed.startswith("claimed ")
    assert rest == [
        "quoted 5000 of 35280",
        "298.99 409 min_spend",
        "299.00 reserved",
        "again 409 held_by_other_session",
        "released available",
        "used used True 5000",
        "twice 409 already_used",
        "elsewhere 404 coupon_not_found",
    ]


def test_the_requests_for_editors_work(environment: dict[str, str]) -> None:
    kept: dict[str, Any] = {}
    text = (PROJECT / "examples/storefront.http").read_text(encoding="utf-8").replace("{{guanxi}}", environment["GUANXI"])
    text = text.replace("{{$dotenv S001_CLIENT_ID}}:{{$dotenv S001_CLIENT_SECRET}}", "{{basic}}")
    import base64

    basic = base64.b64encode(f"{environment['CLIENT_ID']}:{environment['CLIENT_SECRET']}".encode()).decode()
    for block in text.split("###\n")[1:]:
        name = re.match(r"# @name (\w+)\n", block)
        assert name
        said = re.sub(r"{{(\w+)\.response\.body\.(\w+)}}", lambda of: str(kept[of[1]][of[2]]), block[name.end() :])
        said = said.replace("{{basic}}", basic).replace("{{$guid}}", str(uuid.uuid4()))
        head, _blank, body = said.partition("\n\n")
        first, *headers = head.strip().splitlines()
        method, url = first.split(" ", 1)
        status, answer = ask(method, url, dict(line.split(": ", 1) for line in headers), body.strip().encode() or None)
        assert status in (200, 201), (name[1], answer)
        kept[name[1]] = answer
    assert list(kept) == ["token", "member", "order", "refund", "balance", "summary"]
    assert kept["summary"]["balance"]["balance_minor"] == 8880


def test_the_postman_collection_goes_through_from_top_to_bottom(environment: dict[str, str]) -> None:
    collection = json.loads((PROJECT / "examples/postman_collection.json").read_text(encoding="utf-8"))
    names = {said["key"]: said["value"] for said in collection["variable"]}
    names |= {"guanxi": environment["GUANXI"], "client_id": environment["CLIENT_ID"], "client_secret": environment["CLIENT_SECRET"]}
    names |= {"coupon_code": Coupon.objects.get().code, "benefit": "priority_dispatch", "tag": "picky"}
    names |= {"segment": "buyers", "campaign": "picked"}
    token_item, *folders = collection["item"]
    items = {item["name"]: item for folder in folders for item in folder["item"]}
    assert len(items) == len(sweep.operations())
    ordered = [items[said["summary"]] for _method, _path, said in manual.operations(sweep.document())]
    for item in (token_item, *ordered):
        answer = _send(item["request"], names)
        for event in item.get("event", ()):
            name, member = re.findall(r'set\("(\w+)", pm\.response\.json\(\)\.(\w+)\)', event["script"]["exec"][0])[0]
            names[name] = str(answer[member])
            if name == "one_id":
                settle(names[name])
            if name == "coupon_id":
                reserve(Coupon.objects.get(pk=names[name]))
        if item["name"] == "Take the points of a hold":
            names["hold_id"] = str(another_hold(names["one_id"]))


_numbers = itertools.count()


def _send(request: Mapping[str, Any], names: Mapping[str, str]) -> Any:
    import base64

    def filled(text: str) -> str:
        return re.sub(r"{{(\$?\w+)}}", lambda name: f"guid-{next(_numbers)}" if name[1] == "$guid" else names[name[1]], text)

    headers = {said["key"]: filled(said["value"]) for said in request.get("header", ())}
    data = None
    if "auth" in request:
        pair = ":".join(filled(said["value"]) for said in request["auth"]["basic"])
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        data = "&".join(f"{said['key']}={said['value']}" for said in request["body"]["urlencoded"]).encode()
    else:
        headers["Authorization"] = f"Bearer {names['token']}"
        if "body" in request:
            headers["Content-Type"] = "application/json"
            data = request["body"]["raw"].encode()
    status, answer = ask(request["method"], filled(request["url"]), headers, data)
    assert status in (200, 201, 204), (request["url"], answer)
    return answer


@pytest.fixture
def receiver() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The example receiver on a free port, and its secret."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    process = subprocess.Popen(
        [sys.executable, "-u", "examples/webhook_receiver.py", "0"],
        cwd=PROJECT,
        env={**os.environ, "WEBHOOK_SECRET": secret},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield secret, process
    finally:
        process.terminate()
        process.wait(timeout=10)
        assert process.stdout
        process.stdout.close()


def test_the_example_receiver_takes_signed_messages_once(receiver: tuple[str, subprocess.Popen[str]]) -> None:
    from datetime import UTC, datetime

    secret, process = receiver
    assert process.stdout
    url = f"http://127.0.0.1:{process.stdout.readline().split()[-1]}/"
    body = json.dumps({"type": "member.updated", "timestamp": "2024-05-20T02:00:00Z", "data": {"one_id": "mem_1"}})
    now = datetime.now(UTC)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", now, body),
    }

    def deliver(**changed: str) -> int:
        request = urllib.request.Request(url, body.encode(), {**headers, **changed}, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            refused.close()
            return refused.code

    forged = {"webhook-signature": "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}
    assert [deliver(), deliver(), deliver(**forged)] == [204, 204, 401]
    assert process.stdout.readline() == 'member.updated {"one_id": "mem_1"}\n'
