"""The real purchases whole: every line accounted for, sums that tie to the file's own (docs/demo-data.md quotes them)."""

from dataclasses import astuple
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import F, Sum

from activity import mapping, services
from activity.mapping import MICRO
from activity.models import AfterSale, AfterSaleLine, Order, OrderLine
from core.scope import SYSTEM
from members.models import Member
from tests import world
from tests.world import NOW

DATA = Path(__file__).resolve().parents[2] / "demo" / "data"
DOCS = Path(__file__).resolve().parents[2] / "docs" / "demo-data.md"

FATES = {  # lines, pieces, GBP
    "goods": (396_370, 5_171_231, "8761066.65"),
    "postage": (1_193, 3_133, "82389.13"),
    "returned": (8_539, -269_484, "-474403.33"),
    "postage_returned": (98, -119, "-11143.72"),
    "no_goods": (55, 137, "14007.19"),
}
SKIPPED = {
    "no_customer": (133_741, 476_516, "1458744.18"),
    "stock_correction": (1_336, -206_957, "0"),
    "manual": (465, 3_184, "-58385.46"),
    "discount": (77, -1_194, "-5696.22"),
    "fee": (28, -4, "-7768.429"),
    "samples": (4, 4, "0.003"),
    "bad_debt": (3, 3, "-11062.06"),
}


def micro(amount: str) -> int:
    return int(Decimal(amount) * MICRO)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)  # commits as it does: one transaction of all would be another program
def test_the_control_totals_tie() -> None:
    for code in ("UKGIFT", "UKGIFT-INTL"):
        world.store(code, foreign_currency="GBP", foreign_rate=Decimal(10))
    said = mapping.read((DATA / "online_retail.toml").read_text(encoding="utf-8"), beside=DATA)
    report = services.import_orders(open_file=lambda: (DATA / "online_retail.csv.gz").open("rb"), mapping=said, scope=SYSTEM, booked_at=NOW)
    # every line is in one row, and the rows add up to the file
    assert {name: astuple(fate) for name, fate in report.fates.items()} == {name: (a, b, micro(c)) for name, (a, b, c) in FATES.items()}
    assert {name: astuple(fate) for name, fate in report.skipped.items()} == {name: (a, b, micro(c)) for name, (a, b, c) in SKIPPED.items()}
    assert (report.lines, report.unreadable, report.flaws) == (541_909, 0, 0)
    assert astuple(report.control()) == (541_909, 5_176_450, micro("9747747.934"))
    # and what is recorded is what the rows say
    assert report.orders == {"recorded": 18_405, "known": 0, "refused": 0}
    assert report.after_sales == {"recorded": 4_371, "known": 0, "refused": 0}
    assert report.matching == {
        "lines_matched": 7_432,
        "lines_partly_matched": 51,
        "lines_unmatched": 1_056,
        "pieces_matched": 250_677,
        "pieces_unmatched": 18_807,
    }
    orders = Order.objects.aggregate(settled=Sum("settled_minor"), gbp=Sum("source_settled_minor"), postage=Sum("postage_minor"))
    assert orders == {"settled": 8_761_066_650, "gbp": 876_106_665, "postage": 82_389_130}
    refunds = AfterSale.objects.aggregate(cny=Sum("refund_minor"), gbp=Sum("source_refund_minor"), postage=Sum("postage_minor"))
    assert refunds == {"cny": 474_403_330, "gbp": 47_440_333, "postage": 11_143_720}
    assert OrderLine.objects.aggregate(pieces=Sum("quantity")) == {"pieces": 5_171_231}
    # no line gave back more than it held, and headers agree with lines
    assert not OrderLine.objects.filter(refunded_minor__gt=F("paid_minor")).exists()
    assert not OrderLine.objects.filter(refunded_quantity__gt=F("quantity")).exists()
    taken = AfterSaleLine.objects.aggregate(applied=Sum("applied_minor"))["applied"]
    assert taken == OrderLine.objects.aggregate(refunded=Sum("refunded_minor"))["refunded"]
    assert taken == Order.objects.aggregate(refunded=Sum("refunded_minor"))["refunded"]
    assert Member.objects.count() == 4_363
    # the two giants found their cancellations
    giants = Order.objects.filter(order_no__in=["541431", "581483"]).values_list("order_no", "settled_minor", "refunded_minor")
    assert sorted(giants) == [("541431", 77_183_600, 77_183_600), ("581483", 168_469_600, 168_469_600)]


def test_the_page_about_the_demos_data_quotes_these_totals() -> None:
    page = DOCS.read_text(encoding="utf-8")
    for lines, _pieces, amount in [*FATES.values(), *SKIPPED.values()]:
        assert f"| {lines:,} |" in page
        exact = Decimal(amount)
        assert (f"{exact:,}" in page) or (f"{exact:,.2f}" in page)
