"""Files uploaded in the back office: progress to look at, broken lines to mend, the same file again without harm (issue item 4, OP-8)."""

import csv
import io
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from django.db import connection, transaction
from playwright.sync_api import expect

from activity.models import Order
from core.enums import Channel, JobState, Origin
from core.models import Job
from core.tasks import run_jobs
from demo.world.cast import FROZEN, Cast
from members import services as members_services
from members.enums import Provider
from members.models import Member
from members.rules import IdentityClaim, Profile
from members.services import Newcomer
from stores.models import Membership
from tests.journeys.conftest import Desk, Sit

pytestmark = pytest.mark.browser
KNOWN, NEWCOMERS, BAD = 60, 37, 3
ORDER_COLUMNS = ("order_no", "status", "placed_at", "paid_at", "customer_no", "customer_name", "sku", "name", "quantity", "unit_price")


def order_lines() -> list[dict[str, str]]:
    """A hundred orders of one line; the lines 11, 51 and 91 of the file are broken."""
    rows = [
        {
            "order_no": f"IMP{number:03d}",
            "status": "paid",
            "placed_at": f"2024-05-{1 + number % 19:02d}T12:00:00+08:00",
            "paid_at": f"2024-05-{1 + number % 19:02d}T12:05:00+08:00",
            "customer_no": f"C{number % 40:03d}",
            "customer_name": "李雷",
            "sku": "NF01-3",
            "name": "A品牌 婴儿奶粉",
            "quantity": "1",
            "unit_price": "199.00",
        }
        for number in range(100)
    ]
    rows[9]["quantity"] = "两罐"
    rows[49]["placed_at"] = "昨天"
    rows[89]["unit_price"] = ""
    return rows


def as_csv(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def upload(desk: Desk, page_address: str, name: str, content: bytes, store_id: int, *, dry_run: bool = False, **ticks: bool) -> None:
    desk.go(page_address)
    desk.page.locator("select[name=store]").select_option(value=str(store_id))
    desk.page.locator("input[name=upload]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    for name, ticked in {"dry_run": dry_run, **ticks}.items():
        desk.page.locator(f"input[name={name}]").set_checked(ticked)
    desk.page.get_by_role("button", name="上传").click()
    expect(desk.page.locator("[data-job-state=queued]")).to_be_visible()
    expect(desk.page.locator(".gx-progress")).to_contain_text("排队")


@contextmanager
def worker() -> Iterator[None]:
    """What beat and a worker do: start what waits, beside the test."""
    problems: list[BaseException] = []

    def work() -> None:
        try:
            run_jobs(at=FROZEN.isoformat())
        except BaseException as problem:
            problems.append(problem)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        thread.join(timeout=60)
        assert not thread.is_alive()
        assert not problems


def totals(desk: Desk) -> dict[str, int]:
    """What the page says came of it: numbers by their words."""
    expect(desk.page.locator("[data-job-state=done]")).to_be_visible()
    return {
        entry.locator("dt").inner_text(): int(entry.locator("dd").inner_text()) for entry in desk.page.locator(".gx-totals > div").all()
    }


def downloaded(desk: Desk, tmp_path: Path) -> list[dict[str, str]]:
    with desk.page.expect_download() as waiting:
        desk.page.get_by_role("link", name="下载未导入的行").click()
    file = tmp_path / "errors.csv"
    waiting.value.save_as(file)
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.DictReader(text))


def test_orders_are_uploaded_watched_mended_and_uploaded_again(desks: Sit, cast: Cast, tmp_path: Path) -> None:
    op01 = desks("op01")
    store, before = cast.house.stores["S001"], Order.objects.count()

    # a dry run first: it says what would happen and keeps nothing
    upload(op01, "/admin/imports/orders/", "orders.csv", as_csv(order_lines()), store, dry_run=True)
    with worker():
        assert totals(op01)["未导入的行"] == 3
    assert Order.objects.count() == before

    # for real, and the page shows how far it is
    upload(op01, "/admin/imports/orders/", "orders.csv", as_csv(order_lines()), store)
    with ExitStack() as working, held_up(store):
        working.enter_context(worker())
        expect(op01.page.locator(".gx-progress")).to_contain_text("记录订单 0 / 97")
    assert totals(op01) == {"读取行数": 100, "完整可读的订单": 97, "已导入": 97, "未变": 0, "未导入的行": 3}
    assert Order.objects.count() == before + 97

    # the three broken lines come back with their reasons; mended, they load, and the others change nothing
    broken = downloaded(op01, tmp_path)
    assert [row["order_no"] for row in broken] == ["IMP009", "IMP049", "IMP089"]
    reasons = [row["reason"] for row in broken]
    assert all(reasons), reasons
    assert [row["line"] for row in broken] == ["11", "51", "91"]
    mended = order_lines()
    mended[9]["quantity"], mended[49]["placed_at"], mended[89]["unit_price"] = "2", "2024-05-10T12:00:00+08:00", "199.00"
    upload(op01, "/admin/imports/orders/", "mended.csv", as_csv([mended[9], mended[49], mended[89]]), store)
    with worker():
        assert totals(op01)["已导入"] == 3
    assert Order.objects.count() == before + 100

    upload(op01, "/admin/imports/orders/", "again.csv", as_csv(mended), store)
    with worker():
        assert totals(op01) == {"读取行数": 100, "完整可读的订单": 100, "已导入": 0, "未变": 100, "未导入的行": 0}
    assert Order.objects.count() == before + 100
    assert not Job.objects.exclude(state=JobState.DONE).exists()


@contextmanager
def held_up(store_id: int) -> Iterator[None]:
    """Hold the store's row, as somebody busy elsewhere would: what wants to write for the store waits meanwhile."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM stores_store WHERE id = %s FOR UPDATE", [store_id])
        yield


def member_lines() -> list[dict[str, str]]:
    """A hundred people: sixty the platform knows by a verified phone, thirty-seven nobody knows, three whose phone is none (OP-8)."""
    phones = [f"1370013{number:04d}" for number in range(KNOWN + NEWCOMERS)]
    rows = [{"name": f"顾客{number:02d}", "phone": phone} for number, phone in enumerate(phones)]
    for place, phone in ((10, "12345"), (40, "没有"), (80, "1380013800")):
        rows.insert(place, {"name": "坏号码", "phone": phone})
    return rows


def test_a_list_of_members_is_matched_to_those_the_platform_knows(desks: Sit, cast: Cast, tmp_path: Path) -> None:
    members_services.register_many(
        newcomers=[
            Newcomer(
                profile=Profile(name=row["name"], phone=f"+86{row['phone']}"),
                identities=[IdentityClaim(Provider.PHONE, f"+86{row['phone']}", verified_at=FROZEN)],
                registered_at=FROZEN,
                channel=Channel.APP,
            )
            for row in [row for row in member_lines() if row["name"] != "坏号码"][:KNOWN]
        ],
        source="test",
        actor="test",
        booked_at=FROZEN,
        origin=Origin.BACKFILL,
    )
    people, store = Member.objects.count(), cast.house.stores["S001"]
    memberships = Membership.objects.filter(programme=cast.house.programmes["P1"])
    joined = memberships.count()
    op01 = desks("op01")

    upload(op01, "/admin/imports/members/", "members.csv", as_csv(member_lines()), store, phones_verified=True)
    with worker():
        done = totals(op01)
    assert (done["读取行数"], done["已关联"], done["新建"], done["未导入的行"]) == (100, KNOWN, NEWCOMERS, BAD)
    assert Member.objects.count() == people + NEWCOMERS
    assert memberships.count() == joined + KNOWN + NEWCOMERS
    broken = downloaded(op01, tmp_path)
    assert [(row["line"], row["phone"]) for row in broken] == [("12", "12345"), ("42", "没有"), ("82", "1380013800")]
    assert {row["reason"] for row in broken} == {"不是电话号码。"}

    upload(op01, "/admin/imports/members/", "members.csv", as_csv(member_lines()), store, phones_verified=True)
    with worker():
        done = totals(op01)
    assert (done["已关联"], done["新建"], done["未导入的行"]) == (KNOWN + NEWCOMERS, 0, BAD)
    assert Member.objects.count() == people + NEWCOMERS
    assert memberships.count() == joined + KNOWN + NEWCOMERS
