"""seed_demo: once, twice, cut short; what it writes outside the database; that it is nowhere in production."""

import io
import os
import re
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Sum

from activity.models import AfterSale, BehaviourEvent, Order, OrderLine, WalletBalance
from demo import stages
from demo.models import LoadedStage
from demo.world import crowd, story
from demo.world.house import client_secret, open_house
from demo.world.moments import FROZEN
from demo.world.parts import EVERYBODY
from growth.models import GrowthAccount, GrowthEntry, LevelHistory, LevelReview, MemberLevel, RfmRun, RfmSnapshot
from growth.services import rfm_cycles
from members.models import Address, Child, Consent, Identity, Member, MergeCase, Preference
from stores.models import ApiClient, Membership, Store
from tests.demo.conftest import Told

TABLES = (
    Member,
    Identity,
    Address,
    Child,
    Consent,
    Preference,
    MergeCase,
    Membership,
    Order,
    OrderLine,
    AfterSale,
    BehaviourEvent,
    WalletBalance,
    GrowthAccount,
    GrowthEntry,
    LevelHistory,
    MemberLevel,
    RfmRun,
    RfmSnapshot,
    LevelReview,
)


def ledgers() -> list[Any]:
    """Every growth entry, snapshot and change of level, told without the ids that a sequence gives."""
    whose = "membership__member__phone"
    entries = GrowthEntry.objects.values_list(
        f"account__{whose}", "account__membership__programme__code", "account_version", "reason", "requested", "applied",
        "balance_after", "occurred_at", "booked_at",
    )  # fmt: skip
    snapshots = RfmSnapshot.objects.values_list(
        whose, "run__programme__code", "run__period_on", "r_days", "f_count", "m_minor", "level__code", "requested", "applied"
    )
    changes = LevelHistory.objects.values_list(
        whose, "membership__programme__code", "track", "cause", "level_from__code", "level_to__code", "occurred_at"
    )
    return [sorted(rows, key=str) for rows in (entries, snapshots, changes)]


def counts() -> dict[str, int]:
    return {table.__name__: table.objects.count() for table in TABLES}


def test_the_story_world_loads_and_says_how_far_it_is(loaded: tuple[Told, list[str]]) -> None:
    told, said = loaded
    assert told.reached == told.totals
    assert len(told.phases) == 5
    assert len(said) == 6
    assert list(LoadedStage.objects.order_by("name").values_list("name", flat=True)) == [
        "house",
        "months",
        "people",
        "points",
        "scenes",
        "tags",
    ]
    assert Member.objects.count() == 15 + len(EVERYBODY)
    assert not Member.objects.filter(is_synthetic=False).exists()


@pytest.mark.usefixtures("loaded")
def test_loading_twice_changes_nothing(told: Told) -> None:
    before = counts()
    stages.load(now=FROZEN + timedelta(days=3), with_real=False, watcher=told)
    assert counts() == before
    assert told.phases == []  # nothing was begun again


@pytest.mark.django_db
@pytest.mark.usefixtures("small_world")
def test_a_load_cut_short_ends_as_an_undisturbed_one(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    # given what an undisturbed load leaves behind
    with transaction.atomic():
        stages.load(now=FROZEN, with_real=False, watcher=told)
        undisturbed = ledgers()
        transaction.set_rollback(True)
    assert not Member.objects.exists()
    # and a first start that dies in its seventh cycle: in the middle of a month, other programmes judged already
    cycles: list[int] = []
    run_cycle = rfm_cycles.run_cycle

    def dies(**values: Any) -> Any:
        cycles.append(values["programme_id"])
        if len(cycles) == 7:
            raise KeyboardInterrupt
        return run_cycle(**values)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(rfm_cycles, "run_cycle", dies)
        stages.load(now=FROZEN, with_real=False, watcher=told)
    assert Order.objects.exists()
    assert not LoadedStage.objects.filter(name="months").exists()
    # when it is started again two days later
    stages.load(now=FROZEN + timedelta(days=2), with_real=False, watcher=told)
    # then it is the world of the first start's moment, whole
    assert ledgers() == undisturbed
    plan = crowd.plan(FROZEN)
    assert AfterSale.objects.count() == len(plan.after_sales) + 6
    assert Order.objects.filter(order_no__in=[order.order_no for order in plan.orders]).count() == len(plan.orders)
    assert Order.objects.get(order_no="O1001").paid_at == datetime(2024, 5, 17, 1, 30, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.slow
def test_what_is_recorded_is_what_was_planned() -> None:
    planned = crowd.plan(FROZEN, members=200)
    house = open_house(FROZEN)
    done: list[int] = []
    story.load_crowd(planned, house=house, now=FROZEN, advance=done.append)
    assert sum(done) == story.size(planned)
    assert Order.objects.count() == len(planned.orders)
    recorded = Order.objects.aggregate(
        goods=Sum("goods_minor"), discount=Sum("discount_minor"), coupon=Sum("coupon_minor"), points=Sum("points_used")
    )
    assert recorded == {
        "goods": sum(line.unit_price_minor * line.quantity for order in planned.orders for line in order.lines),
        "discount": sum(order.discount_minor for order in planned.orders),
        "coupon": sum(order.coupon_minor for order in planned.orders),
        "points": sum(order.points_used for order in planned.orders),
    }
    refunded = [back for back in planned.after_sales if back.status == "refunded"]
    assert Order.objects.aggregate(Sum("refunded_minor"))["refunded_minor__sum"] == sum(back.refund_minor for back in refunded)
    assert not AfterSale.objects.filter(order=None).exists()


@pytest.mark.parametrize(
    ("now", "days"),
    [
        (datetime(2011, 12, 9, 12, 50, tzinfo=UTC), 0),
        (datetime(2011, 12, 16, 12, 49, tzinfo=UTC), 0),
        (datetime(2011, 12, 16, 12, 50, tzinfo=UTC), 7),
        (FROZEN, 4543 // 7 * 7),
    ],
)
def test_the_shift_is_whole_weeks_and_ends_within_the_past_week(now: datetime, days: int) -> None:
    assert stages.whole_weeks_until(now) == days
    assert days % 7 == 0
    assert timedelta(0) <= now - (stages.LAST_PURCHASE + timedelta(days=days)) < timedelta(days=7)


@pytest.mark.usefixtures("loaded")
def test_the_api_clients_secrets_are_written_where_only_the_owner_reads(told: Told, tmp_path: Path) -> None:
    stages.load(now=FROZEN, with_real=False, watcher=told)
    file = tmp_path / "demo.http.env"
    said = dict(re.findall(r"^(\w+)=(.+)$", file.read_text(encoding="utf-8"), re.MULTILINE))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert said["S001_CLIENT_ID"] == "demo-s001"
    assert said["S001_CLIENT_SECRET"] == client_secret("demo-s001")
    assert ApiClient.objects.get(client_id="demo-s001").store == Store.objects.get(code="S001")
    assert ApiClient.objects.get(client_id="demo-platform").store is None
    file.unlink()
    stages.load(now=FROZEN, with_real=False, watcher=told)
    assert file.exists()  # lost and found: the secret follows from the installation's own key
    assert ApiClient.objects.count() == 3


@pytest.mark.django_db
@pytest.mark.usefixtures("small_world")
def test_the_command_takes_the_moment_and_prints_plain_lines_to_a_pipe() -> None:
    out = io.StringIO()
    call_command("seed_demo", "--now", "2024-05-20T10:00:00+08:00", "--without-real", stdout=out)
    assert re.search(r"^\[ +[\d.]+ s\] ", out.getvalue(), re.MULTILINE)
    assert re.search(r"\b15\b", out.getvalue())
    again = io.StringIO()
    call_command("seed_demo", "--without-real", stdout=again)
    assert len(again.getvalue().splitlines()) == 1
    assert LoadedStage.objects.get(name="house").facts["now"] == "2024-05-20T10:00:00+08:00"


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", ["yesterday", "2024-05-20T10:00:00"])
def test_the_command_refuses_a_moment_that_is_none(wrong: str) -> None:
    with pytest.raises(CommandError):
        call_command("seed_demo", "--now", wrong)
    assert not LoadedStage.objects.exists()


def test_production_does_not_know_the_demo(project: Path) -> None:
    program = (
        "import django; django.setup(); from django.conf import settings; print('demo' in settings.INSTALLED_APPS, settings.DEMO_SCREENS)"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.prod", "SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "shop.example"}
    ran = subprocess.run([sys.executable, "-c", program], cwd=project, env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["False", "False"]
