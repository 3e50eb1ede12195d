"""Wallet balances mirrored from the wallet system (MEM-06, MEM-21, MEM-31). Money never moves here (A-47)."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog
from django.db import transaction

from activity import rules
from activity.errors import CurrencyMismatch, StaleVersion
from activity.events import WalletsChanged
from activity.inputs import WalletIn
from activity.services import outcomes, staging
from activity.services.outcomes import Recorded
from core import events, sql
from core.enums import Origin
from members import selectors as members_selectors
from members.errors import MemberNotFound
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.enums import MembershipSource
from stores.errors import StoreNotFound

log = structlog.get_logger(__name__)
_COLUMNS = (
    "batch, item, membership_id, currency, balance_minor, red_packet_minor, recharge_total_minor, spent_total_minor, "
    "gift_total_minor, as_of"
)

Programmes = Mapping[int | None, tuple[int, str]]  # programme id and currency by store id; None: the platform's


@transaction.atomic
def record_wallets(*, wallets: Sequence[WalletIn], actor: str, booked_at: datetime, origin: Origin = Origin.LIVE) -> list[Recorded]:
    """Mirror balances, at most 5,000 at a time; answers one Recorded a wallet, in the order given.

    The same as_of with the same amounts is answered applied False. Refused one by one, the rest applied: InvalidInput, StoreNotFound,
    MemberNotFound, CurrencyMismatch, StaleVersion for an older as_of, VersionConflict for other amounts at the same as_of.
    Announces WalletsChanged.
    """
    programmes = _programmes(wallets)
    members = members_selectors.names_of(sorted({wallet.member_id for wallet in wallets}))
    answers, sound = outcomes.sift(enumerate(wallets), lambda wallet: _checked(wallet, programmes, members, booked_at))
    opened = stores_services.open_memberships(
        contacts=[(wallet.member_id, wallet.store_id, wallet.as_of) for _index, wallet in sound],
        source=MembershipSource.FIRST_CONTACT,
        booked_at=booked_at,
        origin=origin,
    )
    stores_services.lock_memberships(opened.values())

    def membership_of(wallet: WalletIn) -> int:
        return opened[wallet.member_id, programmes[wallet.store_id][0]]

    for some in outcomes.in_rounds(sound, key=membership_of):
        answers += _record([(index, membership_of(wallet), wallet) for index, wallet in some], booked_at, origin)
    log.debug("wallets_recorded", actor=actor, wallets=len(wallets), applied=sum(answer.applied for answer in answers))
    return outcomes.in_order(answers)


def _programmes(wallets: Sequence[WalletIn]) -> Programmes:
    platform = stores_selectors.platform_programme()
    stores = stores_selectors.contacts({wallet.store_id for wallet in wallets if wallet.store_id is not None})
    return {None: (platform.pk, platform.currency)} | {store_id: (store.programme_id, store.currency) for store_id, store in stores.items()}


def _checked(wallet: WalletIn, programmes: Programmes, members: Mapping[int, object], booked_at: datetime) -> WalletIn:
    if wallet.store_id not in programmes:
        raise StoreNotFound(field="store")
    if wallet.member_id not in members:
        raise MemberNotFound(field="member")
    rules.check_wallet(wallet, booked_at=booked_at)
    expected = programmes[wallet.store_id][1]
    if wallet.currency != expected:
        raise CurrencyMismatch(field="currency", currency=wallet.currency, expected=expected)
    return wallet


def _record(some: Sequence[tuple[int, int, WalletIn]], booked_at: datetime, origin: Origin) -> list[Recorded]:
    with staging.batch("activity_staged_wallet") as batch:
        sql.copy_in(
            "activity_staged_wallet",
            _COLUMNS,
            (
                (
                    batch, index, membership_id, wallet.currency, wallet.balance_minor, wallet.red_packet_minor,
                    wallet.recharge_total_minor, wallet.spent_total_minor, wallet.gift_total_minor, wallet.as_of,
                )
                for index, membership_id, wallet in some
            ),
        )  # fmt: skip
        sql.run("activity/wallets/judge", batch=batch)
        sql.run("activity/wallets/write", batch=batch, booked_at=booked_at)
        outcome = sql.rows("activity/wallets/outcome", batch=batch)
        changed = tuple(row["membership_id"] for row in outcome if row["verdict"] in ("new", "newer"))
        if changed:
            events.publish(WalletsChanged(membership_ids=changed, origin=origin, booked_at=booked_at))
        return [
            Recorded(row["item"], problem=StaleVersion(recorded_as_of=row["known_as_of"]))
            if row["verdict"] == "stale_version"
            else outcomes.answer(row, row["wallet_id"])
            for row in outcome
        ]
