"""What the daily summary says of a member at a store (DAT-22..DAT-63), and derived variables of memberships (DRV-01..14)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from core import sql
from growth.enums import Track
from growth.selectors import levels
from stores import selectors as stores_selectors
from tags.models import DaySource, MemberDay, MemberSeries
from tags.rules import derived
from tags.rules import summary as rules
from tags.rules.derived import Kept
from tags.rules.summary import INDICATORS, Family

Value = int | Decimal | None


@dataclass(frozen=True)
class Summary:
    """One membership at one store as of the end of a local day. None: unknown, or nothing to tell of (never 0 for unknown, A-49).

    day: the figures of that day by indicator code.  Amounts are minor units of the programme's currency.
    """

    on: date
    first_deal_on: date | None  # DAT-22
    second_deal_on: date | None  # DAT-23
    last_deal_on: date | None  # DAT-24
    main_price_band: str | None  # DAT-28
    average_order_minor: int | None  # DAT-29, half up
    level_rank: int | None  # DAT-31, of the free track
    deals_in_thirty_days: Decimal | None  # DAT-32
    highest_price_minor: int | None  # DAT-33
    top_category: str | None  # DAT-49
    day: Mapping[str, int | None]

    @property
    def days_since_first(self) -> int | None:
        """DAT-25."""
        return (self.on - self.first_deal_on).days if self.first_deal_on else None

    @property
    def days_to_second(self) -> int | None:
        """DAT-26."""
        return (self.second_deal_on - self.first_deal_on).days if self.first_deal_on and self.second_deal_on else None

    @property
    def days_since_last(self) -> int | None:
        """DAT-27."""
        return (self.on - self.last_deal_on).days if self.last_deal_on else None

    @property
    def clicks_per_deal(self) -> Decimal | None:
        """DAT-62."""
        return rules.ratio(self.day["ipv"], self.day["pay_ord"])


def summary(membership_id: int, store_id: int, on: date) -> Summary:
    """What is known of a membership at a store of its programme as of a day of the programme's zone; the same whenever it is asked."""
    whole = sql.one("tags/summary/as_of", membership_id=membership_id, store_id=store_id, on=on)
    assert whole is not None
    row = MemberDay.objects.filter(membership_id=membership_id, store_id=store_id, day_on=on).first()
    known = {Family(family) for family in DaySource.objects.filter(store_id=store_id, first_on__lte=on).values_list("family", flat=True)}
    deals, first_on = whole["deals"], whole["first_on"]
    membership = stores_selectors.membership_rows(membership_id).get()
    midnight = datetime.combine(on + timedelta(days=1), time(), ZoneInfo(membership.programme.time_zone))
    level = levels.level_at([membership_id], midnight)[membership_id].get(Track.FREE)
    return Summary(
        on=on,
        first_deal_on=first_on,
        second_deal_on=whole["second_on"],
        last_deal_on=whole["last_on"],
        main_price_band=rules.main_band([pieces or 0 for pieces in whole["pieces_by_band"]]),
        average_order_minor=(2 * whole["paid_minor"] + deals) // (2 * deals) if deals else None,
        level_rank=level.rank if level else None,
        deals_in_thirty_days=rules.per_thirty_days(deals, (on - first_on).days) if first_on else None,
        highest_price_minor=whole["highest_price_minor"],
        top_category=row.top_category if row else None,
        day={code: _figure(row, each, known) for code, each in INDICATORS.items()},
    )


def _figure(row: MemberDay | None, indicator: rules.Indicator, known: Collection[Family]) -> int | None:
    told: int | None = getattr(row, indicator.column) if row else None
    return 0 if told is None and indicator.family in known else told


def days(member_id: int, programme_ids: Iterable[int], *, limit: int) -> list[MemberDay]:
    """The newest days of a member in these programmes, with their stores."""
    found = MemberDay.objects.filter(membership__member_id=member_id, membership__programme_id__in=list(programme_ids))
    return list(found.select_related("store", "membership__programme").order_by("-day_on", "store_id")[:limit])


def known_from(programme_ids: Collection[int]) -> dict[int, dict[Family, int]]:
    """The first month of which each programme knows anything of a kind of fact; kinds never told of are not there."""
    found: dict[int, dict[Family, int]] = {programme_id: {} for programme_id in programme_ids}
    for row in sql.rows("tags/summary/known_from", programme_ids=list(programme_ids)):
        found[row["programme_id"]][Family(row["family"])] = row["month"]
    return found


def months(membership_ids: Collection[int], indicators: Collection[str], on: date) -> dict[int, dict[str, list[int | None]]]:
    """The twelve closed months before a local day, newest first, by membership and indicator."""
    memberships = sql.rows("tags/summary/joined", membership_ids=list(membership_ids))
    since = known_from({row["programme_id"] for row in memberships})
    kept = {
        (row.membership_id, row.indicator): Kept(row.newest, row.months)
        for row in MemberSeries.objects.filter(membership_id__in=membership_ids, indicator__in=indicators)
    }
    asked = rules.newest_closed(on)
    return {
        row["id"]: {
            code: derived.months_of(
                kept.get((row["id"], code)),
                asked=asked,
                known_from=_later(row["month"], since[row["programme_id"]].get(INDICATORS[code].family)),
            )
            for code in indicators
        }
        for row in memberships
    }


def derived_values(membership_ids: Collection[int], names: Collection[str], on: date) -> dict[int, dict[str, Value]]:
    """Derived variables by name as of a local day, in Python. Raises UnknownVariable."""
    wanted = [derived.variable(name) for name in names]
    known = months(membership_ids, {each.indicator.code for each in wanted}, on)
    return {
        membership_id: {each.name: each.of(by_code[each.indicator.code]) for each in wanted} for membership_id, by_code in known.items()
    }


def _later(joined: int, told: int | None) -> int | None:
    return None if told is None else max(joined, told)
