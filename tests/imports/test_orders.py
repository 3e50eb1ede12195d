"""Importing orders from a file: what is recorded, what is refused, and that the sums tie."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import translation

from activity import mapping, services
from activity.mapping import BadMapping
from activity.models import AfterSale, AfterSaleLine, Order, OrderLine
from activity.services import ImportReport
from core import clock, jobs, words
from core.models import Job
from core.scope import Scope
from members.models import Member
from stores.errors import StoreNotFound
from stores.models import Membership, Store
from tests import world
from tests.activity.conftest import outgoing
from tests.imports.files import Report, file_of, table
from tests.world import NOW

pytestmark = pytest.mark.django_db

STANDARD = ("order_no", "status", "placed_at", "customer_no", "customer_name", "sku", "name", "quantity", "unit_price")
RETAIL = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
ONLINE_RETAIL = Path(__file__).resolve().parents[2] / "demo" / "data" / "online_retail.toml"
PLATFORM = Scope(actor="test", platform=True)


@pytest.fixture
def shop() -> Store:
    return world.store("S001")


@pytest.fixture
def abroad() -> tuple[Store, Store]:
    rate = {"foreign_currency": "GBP", "foreign_rate": Decimal(10)}
    return world.store("UKGIFT", **rate), world.store("UKGIFT-INTL", **rate)


def load(
    content: str | bytes, text: str | mapping.OrderMapping = "", *, store: str = "S001", scope: Scope = PLATFORM, dry_run: bool = False,
    shift_days: int = 0, report: Report | None = None, until: datetime | None = None,
    stops: Sequence[datetime] = (), at_stop: Callable[[datetime], None] = lambda moment: None,
) -> ImportReport:  # fmt: skip
    plan = text if isinstance(text, mapping.OrderMapping) else mapping.read(text, store_code=store) if text else mapping.standard(store)
    return services.import_orders(
        open_file=file_of(content),
        mapping=plan,
        scope=scope,
        booked_at=NOW,
        dry_run=dry_run,
        shift_days=shift_days,
        report_to=report.open if report else None,
        until=until,
        stops=stops,
        at_stop=at_stop,
    )


def retail(*rows: Sequence[object], **said: object) -> ImportReport:
    plan = mapping.read(ONLINE_RETAIL.read_text(encoding="utf-8"), beside=ONLINE_RETAIL.parent)
    return load(table(RETAIL, *rows), plan, **said)  # type: ignore[arg-type]


def own(
    order_no: str = "O1",
    status: str = "completed",
    at: str = "2024-05-01 10:00:00",
    customer: str = "C1",
    sku: str = "A",
    quantity: object = 1,
    price: object = "19.90",
) -> list[object]:
    return [order_no, status, at, customer, "张三", sku, f"item {sku}", quantity, price]


def test_our_own_columns_need_no_mapping(shop: Store) -> None:
    told = load(table(STANDARD, own(), own(sku="B", quantity=2, price="5"), own("O2", "paid", "2024-05-02T08:00:00+08:00")))
    assert (told.orders, told.members, told.flaws) == ({"recorded": 2, "known": 0, "refused": 0}, {"known": 0, "unknown": 1}, 0)
    first = Order.objects.get(order_no="O1")
    assert (first.status, first.settled_minor, first.currency, first.origin) == ("completed", 2990, "CNY", "live")
    assert first.placed_at == first.completed_at == datetime(2024, 5, 1, 2, 0, tzinfo=UTC)  # Shanghai time
    assert list(first.lines.order_by("line_no").values_list("sku", "quantity", "unit_price_minor", "paid_minor")) == [
        ("A", 1, 1990, 1990),
        ("B", 2, 500, 1000),
    ]
    assert (Member.objects.get().name, Membership.objects.count()) == ("张三", 2)
    assert len(outgoing("order.recorded")) == 2  # live by default


def test_the_same_file_again_changes_nothing(shop: Store) -> None:
    content = table(STANDARD, own(), own("O2"))
    load(content)
    told = load(content)
    assert told.orders == {"recorded": 0, "known": 2, "refused": 0}
    assert (Order.objects.count(), OrderLine.objects.count(), Member.objects.count()) == (2, 2, 1)


def test_a_bad_line_refuses_its_order_whole_and_no_other(shop: Store) -> None:
    report = Report()
    rows = [own(), own(sku="B", price="much"), own("O2"), own("O3", status="lost"), own("O4", at="yesterday"), own("O5", quantity="1.5")]
    told = load(table(STANDARD, *rows), report=report)
    assert list(Order.objects.values_list("order_no", flat=True)) == ["O2"]
    found = list(csv.reader(io.StringIO(report.text)))
    assert found[0] == ["line", "field", "reason", *STANDARD]
    assert [(row[0], row[1], row[3]) for row in found[1:]] == [
        ("2", "", "O1"),  # its other line
        ("3", "unit_price", "O1"),
        ("5", "status", "O3"),
        ("6", "placed_at", "O4"),
        ("7", "quantity", "O5"),
    ]
    assert (told.flaws, told.lines, told.unreadable) == (5, 6, 4)


def test_all_that_is_wrong_with_a_line_is_said_at_once(shop: Store) -> None:
    report = Report()
    load(table(STANDARD, own(price="much", at="yesterday", status="lost"), own("O2", status="lost")), report=report)
    first, second = list(csv.reader(io.StringIO(report.text)))[1:]
    assert first[:2] == ["2", words.listed(["unit_price", "placed_at", "status"])]
    reasons = first[2].split(words.semicolon())
    assert [reason.split(words.colon())[0] for reason in reasons] == ["unit_price", "placed_at", "status"]
    assert second[:2] == ["3", "status"]


def test_a_corrected_report_can_be_sent_in_again(shop: Store) -> None:
    report = Report()
    load(table(STANDARD, own(), own(sku="B", price="=2+3")), report=report)
    assert not Order.objects.exists()
    told = load(report.text.replace("'=2+3", "5.00"))
    assert (told.orders["recorded"], Order.objects.get().settled_minor) == (1, 2490)


def test_an_order_refused_by_the_services_is_reported_too(shop: Store) -> None:
    load(table(STANDARD, own("O1", "completed")))
    report = Report()
    told = load(table(("version", *STANDARD), [2, *own("O1", "paid")], [1, *own("O2")]), report=report)
    assert told.orders == {"recorded": 1, "known": 0, "refused": 1}
    assert report.text.splitlines()[1].startswith("2,status,")


def test_a_dry_run_tells_the_same_and_keeps_nothing(shop: Store) -> None:
    content = table(STANDARD, own(), own("O2", price="x"))
    told, real = load(content, dry_run=True), load(content)
    assert (told.orders, told.members, told.flaws, told.totals) == (real.orders, real.members, real.flaws, real.totals)
    assert Order.objects.count() == 1
    Order.objects.all().delete()
    load(content, dry_run=True)
    assert not Order.objects.exists()


def test_discounts_named_by_the_order_are_shared_out_over_its_lines(shop: Store) -> None:
    heading = (*STANDARD, "discount", "coupon", "points", "points_used", "postage")
    load(table(heading, [*own(price="10"), "3", "2", "1", 100, "8"], [*own(sku="B", price="20"), "3", "2", "1", 100, "8"]))
    kept = Order.objects.get()
    assert (kept.goods_minor, kept.discount_minor, kept.coupon_minor, kept.points_minor, kept.points_used) == (3000, 300, 200, 100, 100)
    assert (kept.settled_minor, kept.postage_minor, kept.paid_minor) == (2400, 800, 3200)
    assert list(kept.lines.order_by("line_no").values_list("paid_minor", flat=True)) == [800, 1600]


def test_a_discount_beyond_the_goods_refuses_the_order(shop: Store) -> None:
    told = load(table((*STANDARD, "discount"), [*own(), "20"]))
    assert (told.orders["refused"], Order.objects.exists()) == (1, False)


def test_lines_of_an_order_may_lie_apart_but_name_one_member(shop: Store) -> None:
    report = Report()
    told = load(table(STANDARD, own(), own("O2", customer="C2"), own(sku="B"), own("O3"), own("O3", customer="C2", sku="B")), report=report)
    assert told.orders == {"recorded": 2, "known": 0, "refused": 0}
    assert OrderLine.objects.filter(order__order_no="O1").count() == 2
    assert [line.split(",")[:2] for line in report.text.splitlines()[1:]] == [["5", "member"], ["6", "member"]]


def test_a_file_reaches_no_store_beyond_its_scope(shop: Store) -> None:
    other = world.store("S002")
    narrow = Scope(actor="job:1", store_ids=frozenset({other.pk}), programme_ids=frozenset({other.programme_id}))
    with pytest.raises(StoreNotFound):
        load(table(STANDARD, own()), scope=narrow)
    assert not Order.objects.exists()


def test_a_file_does_not_speak_of_another_stores_customer_numbers(shop: Store) -> None:
    other = world.store("S002")
    load(table(STANDARD, own()))
    text = mapping.STANDARD.read_text(encoding="utf-8").replace(
        'provider = "store_customer"', 'provider = "store_customer"\nscope = "S001"'
    )
    narrow = Scope(actor="job:1", store_ids=frozenset({other.pk}), programme_ids=frozenset({other.programme_id}))
    with pytest.raises(StoreNotFound):
        load(table(STANDARD, own("O2")), text, store="S002", scope=narrow)
    assert Membership.objects.filter(programme=other.programme).count() == 0


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("nonsense = 1", "nonsense"),
        ("not toml", "mapping"),
        ('[columns]\norder_no = "x"', "columns.placed_at"),
        ('[member]\nprovider = "phone"\ncolumn = "p"\ncreate = true', "member.create"),
        ('[time]\nzone = "Mars/Base"', "time.zone"),
        ('[member]\nprovider = "phone"', "member.column"),
        ('origin = "yesterday"', "origin"),
        ('[constants]\nstatus = "lost"', "values.status"),
        ('[items]\ncategories = "../secret"', "items.categories"),
    ],
)
def test_a_mapping_says_what_is_wrong_with_it(text: str, field: str) -> None:
    parts = {
        "member": '[member]\nprovider = "store_customer"\ncolumn = "c"',
        "columns": '[columns]\norder_no = "o"\nplaced_at = "t"\nsku = "s"\nquantity = "q"\nunit_price = "p"',
        "constants": '[constants]\nstatus = "paid"\nchannel = "web"\ncurrency = "CNY"',
    }
    said = text.split("]")[0].lstrip("[")
    whole = "\n".join(
        [
            text if not text.startswith("[") else "",
            *(body for name, body in parts.items() if name != said),
            text if text.startswith("[") else "",
        ]
    )
    with pytest.raises(BadMapping) as refused:
        mapping.read(whole, store_code="S001")
    assert refused.value.field == field


def test_a_column_the_file_lacks_is_named(shop: Store) -> None:
    with pytest.raises(BadMapping) as refused:
        load("order_no,sku\nO1,A\n")
    assert refused.value.values == {"field": "columns.status", "column": "status"}
    named = {"status": "状态", "placed_at": "下单时间", "quantity": "数量", "unit_price": "单价", "customer_no": "客户编号"}
    assert words.listed(words.with_remark(*each) for each in named.items()) in str(refused.value.detail)


def test_a_report_of_a_report_has_its_own_columns_once(shop: Store) -> None:
    first, second = Report(), Report()
    load(table(STANDARD, own(), own("O2", price="x"), own("O3", price="y")), report=first)
    load(first.text.replace(",x\r\n", ",5\r\n"), report=second)
    assert sorted(Order.objects.values_list("order_no", flat=True)) == ["O1", "O2"]
    [heading, refused] = csv.reader(io.StringIO(second.text))
    assert heading == ["line", "field", "reason", *STANDARD]
    assert (refused[:2], refused[3]) == (["3", "unit_price"], "O3")


@pytest.mark.parametrize("cell", ["2024/5/1 10:00", "2024/05/01 10:00:00", "2024-05-01 10:00"])
def test_times_may_stand_there_as_a_spreadsheet_saves_them(shop: Store, cell: str) -> None:
    load(table(STANDARD, own(at=cell)))
    assert Order.objects.get().placed_at == datetime(2024, 5, 1, 2, 0, tzinfo=UTC)


def test_a_status_may_be_said_in_chinese_and_else_the_report_says_which_there_are(shop: Store) -> None:
    report = Report()
    load(table(STANDARD, own(status="已完成"), own("O2", status="done")), report=report)
    assert Order.objects.get().status == "completed"
    assert words.listed(["placed", "paid", "shipped", "received", "completed", "cancelled"]) in report.text


def test_returns_become_after_sales_of_the_latest_earlier_purchase(abroad: tuple[Store, Store]) -> None:
    home = "United Kingdom"
    told = retail(
        ["536365", "85123a", " HEART ", 6, "2010-12-01 08:26:00", "2.55", "17850", home],
        ["536366", "85123A", "HEART", 4, "2010-12-02 08:26:00", "2.50", "17850", home],
        ["536367", "85123A", "HEART", 9, "2010-12-09 08:26:00", "2.50", "17850", home],
        ["C536379", "85123A", "HEART", -5, "2010-12-03 09:41:00", "2.50", "17850.0", home],
        ["C536380", "85123A", "HEART", -7, "2010-12-04 09:41:00", "2.50", "17850", home],
        ["C536380", "POST", "POSTAGE", -1, "2010-12-04 09:41:00", "3.00", "17850", home],
    )
    assert told.matching == {
        "lines_matched": 1,
        "lines_partly_matched": 1,
        "lines_unmatched": 0,
        "pieces_matched": 10,
        "pieces_unmatched": 2,
    }
    kept = {
        (row.after_sale_no, row.order and row.order.order_no): (
            row.refund_minor,
            row.postage_minor,
            [(line.line_no, line.quantity, line.applied_minor) for line in row.lines.all()],
        )
        for row in AfterSale.objects.select_related("order").prefetch_related("lines")
    }
    assert kept == {
        ("C536379", "536365"): (2500, 0, [(1, 1, 2500)]),
        ("C536379-2", "536366"): (10000, 0, [(1, 4, 10000)]),
        ("C536380", "536365"): (12500, 3000, [(1, 5, 12500)]),
        ("C536380-2", None): (5000, 0, [(1, 2, 0)]),
    }
    assert dict(Order.objects.values_list("order_no", "refunded_minor")) == {"536365": 15000, "536366": 10000, "536367": 0}
    assert OrderLine.objects.get(order__order_no="536365").sku == "85123A"
    assert AfterSaleLine.objects.filter(name="HEART").count() == 4


def test_the_country_tells_the_store_and_both_amounts_are_kept(abroad: tuple[Store, Store]) -> None:
    told = retail(
        ["1", "A", "X", 3, "1/12/2010 08:26", "1.255", "1", "United Kingdom"],
        ["2", "A", "X", 1, "2010-12-01 08:26:00", "1", "2", "France"],
        ["2", "C2", "CARRIAGE", 1, "2010-12-01 08:26:00", "50", "2", "France"],
        ["2", "gift_0001_20", "Voucher", 1, "2010-12-01 08:26:00", "17.02", "2", "France"],
        ["3", "M", "Manual", 1, "2010-12-01 08:26:00", "5", "2", "France"],
        ["4", "POST", "POSTAGE", 1, "2010-12-01 08:26:00", "18", "2", "France"],
        ["A5", "B", "Adjust bad debt", 1, "2010-12-01 08:26:00", "-11062.06", "", "United Kingdom"],
        ["6", "A", "damages", -5, "2010-12-01 08:26:00", "0", "", "United Kingdom"],
        ["7", "A", "X", 5, "2010-12-01 08:26:00", "1", "", "United Kingdom"],
        shift_days=14,
    )
    by_no = {row.order_no: row for row in Order.objects.select_related("store")}
    assert {number: (row.store.code, row.settled_minor, row.source_settled_minor, row.postage_minor) for number, row in by_no.items()} == {
        "1": ("UKGIFT", 3770, 377, 0),  # 3 x 1.255 = 3.765, rounded half up once
        "2": ("UKGIFT-INTL", 1000, 100, 50000),
    }
    assert by_no["1"].placed_at == datetime(2010, 12, 15, 8, 26, tzinfo=UTC)
    assert by_no["2"].paid_minor == 1000 + 50000 + 17020
    assert by_no["2"].lines.get(is_gift_card=True).paid_minor == 17020
    assert {name: fate.lines for name, fate in told.fates.items()} == {"goods": 2, "postage": 1, "gift_cards": 1, "no_goods": 1}
    assert {name: fate.lines for name, fate in told.skipped.items()} == {
        "manual": 1,
        "bad_debt": 1,
        "stock_correction": 1,
        "no_customer": 1,
    }
    assert told.control().lines == 9
    assert outgoing("order.recorded") == []  # backfill


def test_a_load_may_stop_at_a_moment_and_go_on(abroad: tuple[Store, Store]) -> None:
    rows = [[str(day), "A", "X", 1, f"2010-12-{day:02d} 08:00:00", "1", "1", "France"] for day in range(1, 31)]
    first = retail(*rows, until=datetime(2010, 12, 11, tzinfo=UTC))
    assert (first.orders["recorded"], Order.objects.count()) == (10, 10)
    second = retail(*rows)
    assert second.orders == {"recorded": 20, "known": 10, "refused": 0}


def test_a_load_is_stopped_between_two_months(abroad: tuple[Store, Store]) -> None:
    """Ruling 5: at each stop all that was placed before it is there, and nothing that was placed later."""
    rows = [[str(day), "A", "X", 1, f"2010-12-{day:02d} 08:00:00", "1", "1", "France"] for day in range(1, 31)]
    stops = [datetime(2010, 12, day, tzinfo=UTC) for day in (1, 11, 21)] + [datetime(2011, 2, 1, tzinfo=UTC)]
    seen: list[tuple[datetime, int]] = []
    told = retail(*rows, stops=stops, at_stop=lambda moment: seen.append((moment, Order.objects.count())))
    assert seen == list(zip(stops, (0, 10, 20, 30), strict=True))
    assert told.orders["recorded"] == 30


def test_a_preview_writes_nothing(shop: Store) -> None:
    shown = services.preview_orders(open_file=file_of(table(STANDARD, own(), own("O2", price="x"))), mapping=mapping.standard("S001"))
    assert shown.heading == STANDARD
    assert [(line, bool(meaning), bool(reason)) for line, _cells, meaning, reason in shown.rows] == [(2, True, False), (3, False, True)]
    assert not Order.objects.exists()


def test_an_upload_runs_as_a_job(shop: Store) -> None:
    content = table(STANDARD, *(own(f"O{number}") for number in range(97)), *(own(f"X{number}", price="?") for number in range(3)))
    job = jobs.submit(
        kind="import_orders", parameters={}, created_at=NOW, store_id=shop.pk, upload=ContentFile(content.encode(), "orders.csv")
    )
    assert jobs.run(job.pk, now=clock.now)
    done = Job.objects.get(pk=job.pk)
    assert (done.state, done.result["applied"], done.result["refused"], Order.objects.count()) == ("done", 97, 3, 97)
    assert done.error_file.read().decode("utf-8-sig").count("\n") == 4


def test_the_command_prints_the_control_totals(shop: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "orders.csv"
    file.write_bytes(table(STANDARD, own(), own("O2", price="x")).encode("gb18030"))
    call_command("import_orders", str(file), "--store", "S001", "--now", NOW.isoformat())
    out = capsys.readouterr().out
    assert "19.9" in out
    assert Order.objects.get().booked_at == NOW
    assert (tmp_path / "orders.csv.errors.csv").read_text(encoding="utf-8-sig").count("\n") == 2
    with pytest.raises(CommandError):
        call_command("import_orders", str(tmp_path / "nothing.csv"), "--store", "S001")
    with pytest.raises(CommandError):
        call_command("import_orders", str(file), "--store", "NOSUCH")


def test_headings_in_chinese_are_understood_and_what_is_not_read_is_said(
    shop: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As spreadsheets in Chinese save them: their headings, their dates, a column of their own."""
    heading = ("订单编号", "订单状态", "下单时间", "客户编号", "客户姓名", "商品编码", "商品名称", "数量", "单价", "客服备注")
    file = tmp_path / "orders.csv"
    row = ("O1", "已付款", "2024/5/1 10:01", "C1", "张三", "NF03", "奶粉", 2, "19.90", "加急")
    file.write_bytes(table(heading, row).encode("gb18030"))
    call_command("import_orders", str(file), "--store", "S001", "--now", NOW.isoformat())
    found = Order.objects.get()
    assert (found.order_no, found.goods_minor, found.placed_at.isoformat()) == ("O1", 3980, "2024-05-01T02:01:00+00:00")
    assert capsys.readouterr().out.rstrip().endswith("客服备注")
    assert load(table(("line", "field", "reason", *heading), ("2", "", "", *row))).unread == ["客服备注"]


def test_a_heading_and_its_other_name_in_one_file_are_refused(shop: Store) -> None:
    with pytest.raises(mapping.BadMapping, match="order_no.*订单号"):
        load(table((*STANDARD, "订单号"), (*own(), "O1")))


def test_what_is_missing_is_named_in_both_ways(shop: Store) -> None:
    with pytest.raises(mapping.BadMapping, match="sku.*商品编码"):
        load(table(("订单号", "status", "下单时间", "customer_no", "数量", "单价"), ("O1", "paid", "2024/5/1", "C1", 1, 1)))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("order_no 订单号", "Line 2: after the name there must be a =. It says: order_no 订单号"),
        ("order_no = 订单号", "Line 2: text must stand in quotation marks. It says: order_no = 订单号"),
        ('order_no = "订单号', "At the end of the file: a quotation mark is not closed."),
        ('订单号 = "order_no"', "Line 2: a name with other characters than a to z"),
        ('order_no = "a"\norder_no = "b"\n#', "Line 3: the same name stands twice"),
    ],
)
def test_what_is_wrong_in_a_mapping_is_said_in_words_of_ours(wrong: str, words: str) -> None:
    with translation.override("en"), pytest.raises(mapping.BadMapping) as refused:
        mapping.read(f"[columns]\n{wrong}")
    assert words in str(refused.value.detail)
    with translation.override("zh-hans"), pytest.raises(mapping.BadMapping) as refused:
        mapping.read(f"[columns]\n{wrong}")
    assert not re.search("[a-z]{4,}", str(refused.value.detail).partition("内容是")[0].replace("order_no", ""))


@pytest.mark.parametrize("wrong", ["constants = 5", "values = 5", 'aliases = {order_no = "x"}', "time = {formats = 5}"])
def test_a_value_of_another_kind_is_refused(wrong: str) -> None:
    text = f'{wrong}\n[member]\nprovider = "store_customer"\ncolumn = "c"'
    with pytest.raises(mapping.BadMapping):
        mapping.read(text, store_code="S001")


@pytest.mark.parametrize("cell", ["NaN", "1e400", "Infinity", "-0.01", "1_000", "", "9" * 30, "0.0000001"])
def test_no_strange_number_gets_through(shop: Store, cell: str) -> None:
    told = load(table(STANDARD, own(price=cell), own("O2")))
    assert (told.flaws, Order.objects.get().order_no) == (1, "O2")


def test_full_width_digits_and_currency_signs_are_numbers(shop: Store) -> None:
    load(table(STANDARD, own(price="￥１２.５０")))
    assert Order.objects.get().settled_minor == 1250


def test_times_at_the_edges_are_read_in_the_mappings_zone(shop: Store) -> None:
    read = mapping.time_reader("Europe/London", ["%d/%m/%Y %H:%M"], shift_days=7)
    assert read("27/3/2011 00:59") == "2011-04-02T23:59:00+00:00"  # a week later summer time has begun
    assert read("2011-10-30T01:30:00+01:00") == "2011-11-06T01:30:00+00:00"
    with pytest.raises(ValueError, match="31/2"):
        mapping.time_reader("Europe/London", ["%d/%m/%Y"])("31/2/2011")
    assert datetime.fromisoformat(read("1/1/2011 00:00")) - timedelta(days=7) == datetime(2011, 1, 1, tzinfo=UTC)


def test_the_mapping_of_the_page_is_one(shop: Store, project: Path) -> None:
    page = (project / "docs" / "import.md").read_text(encoding="utf-8")
    text = next(block.split("```")[0] for block in page.split("```toml\n")[1:] if "# orders.toml" in block)
    world.enrol(shop, "+8613800138000")
    heading = ["订单编号", "下单时间", "付款时间", "会员编码", "商品编码", "商品名称", "数量", "单价", "订单状态", "实付"]
    told = load(table(heading, ["T1", "2024/5/1 10:00", "2024/5/1 10:01", "K1", "SKU1", "奶粉", "2", "150.00", "交易成功", "300.00"]), text)
    assert (told.flaws, told.members) == (1, {"known": 0, "unknown": 1})  # only the member is not there
