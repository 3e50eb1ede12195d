"""Mirroring wallets (MEM-06, MEM-21, MEM-31)."""

from datetime import timedelta

import pytest

from activity import selectors
from activity.models import WalletBalance
from core.scope import SYSTEM
from stores.models import Store
from tests.activity.conftest import Ear
from tests.activity.facts import record, wallet
from tests.world import NOW

pytestmark = pytest.mark.django_db


def test_the_latest_balance_is_kept(shop: Store, buyer: int, ear: Ear) -> None:
    record(wallet(buyer, shop.pk, 8880))
    [answer] = record(wallet(buyer, shop.pk, 8000, red_packet_minor=880, as_of=NOW + timedelta(seconds=1)))
    kept = selectors.wallet(buyer, shop.programme_id, SYSTEM)
    assert kept is not None
    assert (answer.applied, kept.balance_minor, kept.red_packet_minor, kept.as_of) == (True, 8000, 880, NOW + timedelta(seconds=1))
    assert ear.names() == ["WalletsChanged", "WalletsChanged"]


def test_an_older_balance_is_refused(shop: Store, buyer: int, ear: Ear) -> None:
    record(wallet(buyer, shop.pk))
    ear.names()
    answers = record(wallet(buyer, shop.pk, 1, as_of=NOW - timedelta(seconds=1)), wallet(buyer, shop.pk), wallet(buyer, shop.pk, 1))
    assert [(answer.applied, answer.code) for answer in answers] == [(False, "stale_version"), (False, ""), (False, "version_conflict")]
    assert WalletBalance.objects.get().balance_minor == 8880
    assert ear.names() == []


def test_each_programme_has_its_own_wallet(shop: Store, buyer: int) -> None:
    record(wallet(buyer, shop.pk, 1), wallet(buyer, None, 2))
    found = selectors.wallets_of_member(buyer, SYSTEM)
    assert [(each.programme_code, each.balance_minor) for each in found] == [("platform", 2), ("s001", 1)]


def test_bad_wallets_are_refused(shop: Store, buyer: int) -> None:
    answers = record(wallet(buyer, shop.pk, -1), wallet(buyer, 10**9), wallet(10**9, shop.pk), wallet(buyer, shop.pk, currency="GBP"))
    assert [(answer.code, answer.field) for answer in answers] == [
        ("invalid", "balance_minor"),
        ("store_not_found", "store"),
        ("member_not_found", "member"),
        ("currency_mismatch", "currency"),
    ]
    assert not WalletBalance.objects.exists()


@pytest.mark.parametrize(("balance", "flagged"), [(7000, False), (7001, False), (7002, True), (6998, True)])
def test_a_balance_that_does_not_add_up_is_flagged(shop: Store, buyer: int, balance: int, flagged: bool) -> None:
    record(wallet(buyer, shop.pk, balance, recharge_total_minor=10000, spent_total_minor=4000, gift_total_minor=1000))
    [found] = selectors.wallets_of_member(buyer, SYSTEM)
    assert found.is_out_of_balance is flagged
