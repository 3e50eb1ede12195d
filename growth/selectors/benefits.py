"""What memberships are entitled to at a moment: the best value per benefit over valid tracks and matched levels (LVL-15, A-22)."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count

from core import sql
from growth.enums import BenefitCategory, BenefitKind, BenefitNature, ServiceTier, Track
from growth.models import Benefit, BenefitUsage
from growth.rules import benefits as rules
from growth.rules.benefits import EarlyAccess, Identity, Service, Value
from growth.selectors import promises
from growth.selectors.promises import LevelPromises

_TRACKS = tuple(Track)  # of equal values that of the free track counts, which does not run out
FLAGS = (BenefitKind.PRIORITY_DISPATCH, BenefitKind.NEXT_DAY, BenefitKind.TIME_SLOT, BenefitKind.PRIORITY_AFTER_SALES)


@dataclass(frozen=True)
class Source:
    """Which level gives a benefit, and how. until: when the level ends by itself.

    inherited_from: name of the lower level whose discount it is.  matched_programme: code of the programme whose level is matched;
    code and name are then those of the level matched to, or of the level there where a single benefit is given.
    """

    code: str
    name: str
    track: Track
    until: datetime | None
    inherited_from: str = ""
    matched_programme: str = ""


@dataclass(frozen=True)
class Offer:
    value: Value
    quota: int | None
    source: Source


@dataclass(frozen=True)
class EffectiveBenefit:
    """A benefit a membership has. quota: times a month, None without limit; used: this month's; resets_on: when it counts anew.

    channels: where it holds, empty is everywhere.  offers: of every level that gives it, the free track's first.
    """

    benefit_id: int
    code: str
    name: str
    kind: BenefitKind
    category: BenefitCategory
    nature: BenefitNature
    channels: tuple[str, ...]
    value: Value
    quota: int | None
    used: int
    resets_on: date | None
    source: Source
    offers: tuple[Offer, ...]
    currency: str

    @property
    def left(self) -> int | None:
        """Uses left this month; None without limit."""
        return None if self.quota is None else max(0, self.quota - self.used)

    @property
    def words(self) -> str:
        return rules.words(self.value, currency=self.currency)

    @property
    def from_level(self) -> str:
        return self.source.name

    @property
    def from_track(self) -> Track:
        return self.source.track


@dataclass(frozen=True)
class Entitlements:
    """tracks: the level that is valid in each, matched ones where there is none of one's own.  benefits: in a fixed order."""

    tracks: Mapping[Track, Source]
    benefits: tuple[EffectiveBenefit, ...]

    def may_purchase(self, required: str) -> bool:
        """required: a store's `require_track`; empty lets everybody in (LVL-18)."""
        return not required or required in self.tracks

    def of(self, code: str) -> EffectiveBenefit | None:
        return next((benefit for benefit in self.benefits if benefit.code == code), None)

    def of_kind(self, kind: BenefitKind) -> list[EffectiveBenefit]:
        return [benefit for benefit in self.benefits if benefit.kind == kind]

    @property
    def flags(self) -> dict[str, bool]:
        """What an order system asks before it ships (BEN-06, BEN-07)."""
        return {str(kind.value): bool(self.of_kind(kind)) for kind in FLAGS}

    @property
    def service(self) -> Service:
        """The best service tier; standard where no level says anything (BEN-08)."""
        values = [benefit.value for benefit in self.of_kind(BenefitKind.SERVICE_TIER)]
        found = rules.best(values) if values else Service(ServiceTier.STANDARD, None)
        assert isinstance(found, Service)
        return found

    @property
    def identity(self) -> Identity | None:
        """The marks a storefront draws; None without any (BEN-11)."""
        found = next((benefit.value for benefit in self.of_kind(BenefitKind.IDENTITY)), None)
        assert found is None or isinstance(found, Identity)
        return found


@dataclass(frozen=True)
class Earlier:
    """By how many hours a member may buy before everybody (BEN-09). benefit: what lets them; None and 0 for most."""

    hours: int
    benefit: EffectiveBenefit | None

    def allowed_from(self, sale_at: datetime) -> datetime:
        """sale_at: from when everybody may buy."""
        return sale_at - timedelta(hours=self.hours)

    def allowed(self, sale_at: datetime, at: datetime) -> bool:
        return at >= self.allowed_from(sale_at)


def effective(membership_ids: Collection[int], at: datetime, channel: str | None = None) -> dict[int, list[EffectiveBenefit]]:
    """The benefits of many memberships at a moment, in a constant number of statements. channel: only what holds there (BEN-19)."""
    return {number: list(found.benefits) for number, found in entitlements(membership_ids, at, channel).items()}


def entitlements(
    membership_ids: Collection[int], at: datetime, channel: str | None = None, ladder: Mapping[int, LevelPromises] | None = None
) -> dict[int, Entitlements]:
    """As `effective`, with the tracks held. Every membership asked for is answered; a frozen one is entitled to nothing.

    ladder: what levels promise, by level id, where the caller has read it; of other levels it is read here.
    """
    rows = sql.call("growth/benefits/holdings", membership_ids=list(membership_ids), at=at)
    wanted = {row[name] for row in rows for name in ("level_id", "matched_level_id") if row[name] is not None}
    levels = {**(ladder or {}), **promises.promised(wanted.difference(ladder or ()))}
    single = Benefit.objects.filter(pk__in={row["benefit_id"] for row in rows} - {None}, is_active=True).select_related("programme")
    singles = {benefit.pk: benefit for benefit in single} if any(row["benefit_id"] for row in rows) else {}
    tracks: dict[int, dict[Track, Source]] = {number: {} for number in membership_ids}
    offers: dict[int, dict[int, list[tuple[Benefit, Offer]]]] = {number: {} for number in membership_ids}
    for row in sorted(rows, key=_turn):
        if (level := levels.get(row["level_id"])) is not None:
            tracks[row["membership_id"]].setdefault(Track(row["track"]), _source(row, level))
        for benefit, offer in _offers(row, levels, singles):
            if not channel or not benefit.channels or channel in benefit.channels:
                offers[row["membership_id"]].setdefault(benefit.pk, []).append((benefit, offer))
    used = _used(offers, at)
    return {
        number: Entitlements(tracks[number], tuple(_reduced(found, number, used, at) for found in _in_order(offers[number])))
        for number in membership_ids
    }


def of_membership(
    membership_id: int, at: datetime, channel: str | None = None, ladder: Mapping[int, LevelPromises] | None = None
) -> Entitlements:
    """One membership's."""
    return entitlements([membership_id], at, channel, ladder)[membership_id]


def has_newcomer_price(membership_id: int, at: datetime) -> bool:
    """Whether newcomers' prices are a member's: joined a few days ago (NEWCOMER_DAYS) and nothing completed yet (CPN-03, CPN-09)."""
    return sql.one("growth/benefits/newcomer", membership_id=membership_id, days=settings.NEWCOMER_DAYS, at=at) is not None


def early_access(found: Entitlements) -> Earlier:
    """The most hours that a benefit gives."""
    best = Earlier(0, None)
    for benefit in found.of_kind(BenefitKind.EARLY_ACCESS):
        assert isinstance(benefit.value, EarlyAccess)
        if benefit.value.hours > best.hours:
            best = Earlier(benefit.value.hours, benefit)
    return best


def _turn(row: Mapping[str, Any]) -> tuple[int, bool, int]:
    """Own levels before matched ones, the free track first."""
    return row["membership_id"], row["matched_programme"] is not None, _TRACKS.index(Track(row["track"]))


def _offers(row: Mapping[str, Any], levels: Mapping[int, LevelPromises], singles: Mapping[int, Benefit]) -> Iterable[tuple[Benefit, Offer]]:
    if row["benefit_id"] is not None:
        benefit, giver = singles.get(row["benefit_id"]), levels.get(row["matched_level_id"])
        if benefit is not None and giver is not None:
            yield benefit, Offer(rules.parse(benefit.kind, json.loads(row["value"])), None, _source(row, giver))
        return
    level = levels.get(row["level_id"])
    for promise in level.promises if level else ():
        assert level is not None
        yield promise.benefit, Offer(promise.value, promise.quota, _source(row, level, promise.inherited_from))


def _source(row: Mapping[str, Any], level: LevelPromises, inherited_from: str = "") -> Source:
    return Source(level.code, level.name, Track(row["track"]), row["until"], inherited_from, row["matched_programme"] or "")


def _in_order(of_member: Mapping[int, list[tuple[Benefit, Offer]]]) -> list[list[tuple[Benefit, Offer]]]:
    return sorted(of_member.values(), key=lambda found: promises.place_of(found[0][0]))


def _reduced(
    found: list[tuple[Benefit, Offer]], membership_id: int, used: Mapping[tuple[int, int, date], int], at: datetime
) -> EffectiveBenefit:
    benefit = found[0][0]
    offers = tuple(offer for _benefit, offer in found)
    value = rules.best([offer.value for offer in offers])
    # a price list joined from several levels is nobody's own: the most generous of those who gave a part of it
    givers = [offer for offer in offers if offer.value == value] or list(offers)
    chosen = max(givers, key=lambda offer: float("inf") if offer.quota is None else offer.quota)
    month_on = rules.month_of(at, benefit.programme.time_zone)
    return EffectiveBenefit(
        benefit_id=benefit.pk,
        code=benefit.code,
        name=benefit.name,
        kind=BenefitKind(benefit.kind),
        category=rules.category_of(benefit.kind),
        nature=BenefitNature(benefit.nature),
        channels=tuple(benefit.channels),
        value=value,
        quota=chosen.quota,
        used=used.get((membership_id, benefit.pk, month_on), 0),
        resets_on=None if chosen.quota is None else rules.next_month(month_on),
        source=chosen.source,
        offers=offers,
        currency=benefit.programme.currency,
    )


def _used(offers: Mapping[int, Mapping[int, list[tuple[Benefit, Offer]]]], at: datetime) -> dict[tuple[int, int, date], int]:
    """Uses by membership, benefit and month, of benefits that have a quota."""
    limited = {
        benefit.pk: rules.month_of(at, benefit.programme.time_zone)
        for of_member in offers.values()
        for found in of_member.values()
        for benefit, offer in found
        if offer.quota is not None
    }
    if not limited:
        return {}
    rows = BenefitUsage.objects.filter(membership_id__in=list(offers), benefit_id__in=list(limited), month_on__in=set(limited.values()))
    counted = rows.values_list("membership_id", "benefit_id", "month_on").annotate(uses=Count("id")).order_by()
    return {(membership, benefit, month): uses for membership, benefit, month, uses in counted}
