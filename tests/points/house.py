"""A programme with the default points rules, and members with points, for tests that are about something else; others extend it."""

from dataclasses import asdict
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from core.enums import VersionState
from points.enums import EntryKind
from points.models import PointsAccount, PointsEntry, PointsLot, PointsMultiplier, PointsRule, PointsVersion, RedeemMinimum
from points.rules.lots import LotTerms
from points.rules.versions import DEFAULT_TERMS
from points.services import ledger
from points.services.ledger import EntryIn, Posted
from stores.models import Membership, Programme
from tests import world
from tests.world import NOW

_numbers = count(1)
DAY = timedelta(days=1)


def rules(programme: Programme, **changes: Any) -> PointsVersion:
    """The default rules, published; changes by field of PointsVersion."""
    said = asdict(DEFAULT_TERMS)
    parts = {PointsRule: said.pop("rules"), PointsMultiplier: said.pop("multipliers"), RedeemMinimum: said.pop("minimums")}
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in said.items()} | changes
    known = PointsVersion.objects.filter(programme=programme, state=VersionState.PUBLISHED)
    known.update(state=VersionState.RETIRED, retired_at=NOW)
    version = PointsVersion.objects.create(
        programme=programme,
        number=PointsVersion.objects.filter(programme=programme).count() + 1,
        state=VersionState.PUBLISHED,
        created_by="test",
        created_at=NOW,
        published_by="test",
        published_at=NOW,
        **values,
    )
    for model, rows in parts.items():
        for row in rows:
            model._default_manager.create(version=version, **row)
    return version


def membership(programme: Programme, *, points: int = 0, ends_at: datetime | None = None, at: datetime = NOW) -> Membership:
    """Somebody new in a programme, with so many points in one lot that ends then (never, when nothing is said)."""
    member_id = world.enrol(None, f"+86137{next(_numbers):08d}", at=NOW).member_id
    found, _created = Membership.objects.get_or_create(
        member_id=member_id,
        programme=programme,
        defaults={"member_no": f"P{next(_numbers)}", "joined_at": NOW, "source": "registration"},
    )
    if points:
        give(found, points, ends_at=ends_at, at=at)
    return found


def entry(of: Membership, requested: int, key: str = "", **values: Any) -> EntryIn:
    """An entry of the usual kind for its sign: what comes earns a lot that can be spent at once and never ends."""
    at = values.setdefault("occurred_at", NOW)
    if requested > 0 and values.get("kind") != EntryKind.RESTORE:
        values.setdefault("lot", LotTerms(at, values.pop("available_from", at), values.pop("ends_at", None)))
    return EntryIn(
        **{
            "membership_id": of.pk,
            "kind": EntryKind.EARN if requested > 0 else EntryKind.REDEEM,
            "requested": requested,
            "source_type": "test",
            "source_id": "1",
            "effect_key": key or f"test:{next(_numbers)}",
            "actor": "test",
            **values,
        }
    )


def post(*entries: EntryIn, at: datetime = NOW, **values: Any) -> list[Posted]:
    """Post entries now."""
    return ledger.post_entries(entries=entries, booked_at=at, **values)


def give(of: Membership, points: int, *, at: datetime = NOW, **values: Any) -> PointsEntry:
    """Points earned in one lot. available_from, ends_at: its terms."""
    [posted] = post(entry(of, points, occurred_at=at, **values), at=at)
    return PointsEntry.objects.get(pk=posted.entry_id)


def spend(of: Membership, points: int, *, at: datetime = NOW, **values: Any) -> PointsEntry:
    """Points spent, as a redemption does."""
    [posted] = post(entry(of, -points, occurred_at=at, **values), at=at)
    return PointsEntry.objects.get(pk=posted.entry_id)


def reverse(of: PointsEntry, points: int, *, at: datetime = NOW, **values: Any) -> PointsEntry:
    """Points of an earning taken back, as a refund does."""
    return _undo(of, -points, at, kind=EntryKind.REVERSE, **values)


def restore(of: PointsEntry, points: int, *, at: datetime = NOW, **values: Any) -> PointsEntry:
    """Points of a spending given back, as a refund does."""
    return _undo(of, points, at, kind=EntryKind.RESTORE, **values)


def _undo(of: PointsEntry, requested: int, at: datetime, **values: Any) -> PointsEntry:
    whose = Membership.objects.get(pk=of.account_id)
    [posted] = post(entry(whose, requested, occurred_at=at, reverses_id=of.pk, **values), at=at)
    return PointsEntry.objects.get(pk=posted.entry_id)


def account(of: Membership) -> PointsAccount:
    """The account as it is."""
    return PointsAccount.objects.get(pk=of.pk)


def lots(of: Membership) -> list[tuple[int, int, int]]:
    """amount, remaining and held of each lot, in the order in which they came."""
    return list(PointsLot.objects.filter(account=of.pk).order_by("id").values_list("amount", "remaining", "held"))


def lines(of: Membership) -> list[tuple[str, int, int, int]]:
    """kind, requested, delta and balance of each entry."""
    rows = PointsEntry.objects.filter(account=of.pk).order_by("account_version")
    return list(rows.values_list("kind", "requested", "delta", "balance_after"))
