"""Points as the API tells them: JSON-ready values of what selectors answer."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.money import format_minor
from points.enums import EarnRule, HoldState, MultiplierKind
from points.models import PointsEntry, PointsExchange, PointsHold, PointsLot, PointsVersion, Redemption, Reward
from points.rules.checkout import Payment
from points.rules.versions import MultiplierIn, PointsTerms, RuleIn
from points.selectors import entry_history, ledger, member_page, prices, rewards, versions
from points.selectors.as_of import LotAsOf
from points.selectors.cards import Purse as Card
from points.selectors.ledger import Balance
from points.selectors.member_page import Line
from points.selectors.prices import Purse
from points.services.dry_run import Explained


def purse(found: Balance | Card) -> dict[str, Any]:
    return {name: getattr(found, name) for name in ("balance", "available", "held", "pending", "debt")}


def purse_of(membership_id: int, at: datetime) -> dict[str, Any]:
    """What a membership has, after a call that moved something."""
    return purse(ledger.balance(membership_id, at))


def points(found: Balance, programme: Any) -> dict[str, Any]:
    """programme: stores.Programme."""
    value_minor = prices.value_of_a_point(programme.pk)
    return {"programme": programme.code, "currency": programme.currency, "value_minor": value_minor, **_with_end(found)}


def card(found: Card) -> dict[str, Any]:
    """The same from the statement that reads the head of the member page."""
    return {
        "programme": found.programme_code,
        "currency": found.currency,
        "value_minor": found.value_minor,
        **_with_end(found),
    }


def _with_end(found: Balance | Card) -> dict[str, Any]:
    next_end = {"at": found.next_end_at, "points": found.next_end_points} if found.next_end_at else None
    return {**purse(found), "next_end": next_end}


def order_ref(store: str, order_no: str) -> dict[str, Any] | None:
    return {"store": store or None, "order_no": order_no} if order_no else None


def entry(line: Line) -> dict[str, Any]:
    """Of an entry read by entry_history.readable."""
    row, made = line.entry, line.made
    return {
        "number": row.account_version,
        "kind": row.kind,
        "requested": row.requested,
        "delta": row.delta,
        "owed": row.owed,
        "forgiven": row.forgiven,
        "balance_after": row.balance_after,
        "debt_after": row.debt_after,
        "source_type": row.source_type,
        "source_id": row.source_id,
        "order": order_ref(*entry_history.order_of(row)),
        "rule": {"code": row.rule, "version": row.rules.number} if row.rules else None,
        "reverses": row.reverses.account_version if row.reverses else None,
        "made": {"lot": made.pk, "points": made.amount, "available_from": made.available_from, "ends_at": made.ends_at} if made else None,
        "lots": [
            {"lot": move.lot_id, "points": move.delta, "ends_at": move.lot.ends_at, "instead_of": move.instead_of_id} for move in line.moves
        ],
        "words": entry_history.words(row),
        "why": row.details,
        "note": row.note,
        "occurred_at": row.occurred_at,
        "booked_at": row.booked_at,
    }


def entries(rows: Sequence[PointsEntry]) -> list[dict[str, Any]]:
    return [entry(line) for line in member_page.lines(rows)]


def one_entry(entry_id: int) -> dict[str, Any]:
    [found] = entries(list(entry_history.readable(PointsEntry.objects.filter(pk=entry_id))))
    return found


def lot(row: PointsLot) -> dict[str, Any]:
    """With `entry`."""
    return {
        "id": row.pk,
        "entry": row.entry.account_version,
        "amount": row.amount,
        "remaining": row.remaining,
        "held": row.held,
        "earned_at": row.earned_at,
        "available_from": row.available_from,
        "ends_at": row.ends_at,
    }


def past_lot(lot: LotAsOf) -> dict[str, Any]:
    return {"lot": lot.lot_id, "remaining": lot.remaining, "held": lot.held, "earned_at": lot.earned_at, "ends_at": lot.ends_at}


def hold(row: PointsHold, now: datetime) -> dict[str, Any]:
    """With `store` and `entry`."""
    over = row.state == HoldState.ACTIVE and row.expires_at <= now
    return {
        "id": row.pk,
        "reference": row.effect_key.partition(":")[2],
        "amount": row.amount,
        "captured": row.captured,
        "state": HoldState.TIMED_OUT if over else row.state,
        "order": order_ref(row.store.code if row.store else "", row.order_no),
        "entry": row.entry.account_version if row.entry else None,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "closed_at": row.expires_at if over else row.closed_at,
    }


def reward(row: Reward) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "description": row.description,
        "kind": row.kind,
        "points": row.points,
        "left": rewards.left_of(row),
        "per_member": row.per_member,
        "valid_from": row.valid_from,
        "valid_until": row.valid_until,
    }


def redemption(row: Redemption) -> dict[str, Any]:
    """With `reward`, `entry` and `account__membership__member`."""
    return {
        "id": row.pk,
        "one_id": row.account.membership.member.one_id,
        "reward": row.reward.code,
        "name": row.reward.name,
        "reference": row.effect_key.partition(":")[2],
        "points": row.points,
        "state": row.state,
        "result": row.result,
        "entry": row.entry.account_version,
        "created_at": row.created_at,
        "cancelled_at": row.cancelled_at,
        "cancel_reason": row.cancel_reason,
    }


def exchange(row: PointsExchange) -> dict[str, Any]:
    """Read by selectors.exchanges. What the member has where the points went is not told: it may be another's."""
    return {
        "id": row.pk,
        "one_id": row.from_entry.account.membership.member.one_id,
        "reference": row.from_entry.effect_key.partition(":")[2],
        "given": {"programme": row.pair.from_programme.code, "points": row.points_out, "entry": row.from_entry.account_version},
        "received": {"programme": row.pair.to_programme.code, "points": row.points_in, "entry": row.to_entry.account_version},
        "ratio_from": row.ratio_from,
        "ratio_to": row.ratio_to,
        "exchanged_at": row.exchanged_at,
    }


def payment(found: Payment, of: Purse, wanted: int) -> dict[str, Any]:
    return {
        "wanted": wanted,
        "points": found.points,
        "pays_minor": found.pays_minor,
        "at_most": found.at_most,
        "available": of.available,
        "minimum": of.terms.minimum,
        "value_minor": of.terms.value_minor,
        "problem": found.problem,
    }


def order_check(found: Explained, programme: Any) -> dict[str, Any]:
    """programme: stores.Programme."""
    names = (
        "version",
        "points",
        "purchase",
        "bonus",
        "counted_minor",
        "below_minimum_minor",
        "cap",
        "available_from",
        "ends_at",
        "skipped",
    )
    times = found.multiplier
    return {
        "programme": programme.code,
        **{name: getattr(found, name) for name in names},
        "points_per_unit": str(found.points_per_unit),
        "multiplier": {"kind": times.kind, "key": times.key, "factor": str(times.factor)} if times else None,
        "left_out": [{"line_no": line_no, "why": why, "words": why.label} for line_no, why in found.left_out],
    }


# --- rules in words (PTS-05) ---


def rules(read: PointsVersion, programme: Any) -> dict[str, Any]:
    """read: by selectors.versions.  programme: stores.Programme."""
    terms, currency = versions.as_terms(read), programme.currency
    earn = [_purchase(terms, currency)] if terms.points_per_unit else []
    earn += [_event(rule) for rule in terms.rules if rule.is_on and rule.points]
    return {
        "programme": programme.code,
        "currency": currency,
        "version": read.number,
        "value_minor": terms.redeem_value_minor,
        "value": _("1 point = %(amount)s") % {"amount": format_minor(terms.redeem_value_minor, currency)},
        "earn": earn,
        "multipliers": [_multiplier(each) for each in terms.multipliers],
        "lifetime_months": terms.lifetime_months,
        "lifetime": _lifetime(terms.lifetime_months),
        "pending_days": terms.pending_days,
        "spend": _spend(terms),
    }


def _purchase(terms: PointsTerms, currency: str) -> dict[str, Any]:
    unit = 1 / terms.points_per_unit
    if unit >= 1 and unit == unit.to_integral_value():
        words = _("1 point for every %(amount)s paid for goods, rounded down per order") % {
            "amount": format_minor(int(unit) * 100, currency)
        }
    else:
        words = _("%(points)s points for every %(amount)s paid for goods, rounded down per order") % {
            "points": f"{terms.points_per_unit.normalize():f}",
            "amount": format_minor(100, currency),
        }
    return {"rule": EarnRule.PURCHASE, "task": "", "points": None, "daily_cap": None, "words": words}


def _event(rule: RuleIn) -> dict[str, Any]:
    name = f"{rule.code.label} {rule.task}".strip()
    number = ngettext("%(points)s point", "%(points)s points", rule.points) % {"points": rule.points}
    words = _("%(what)s: %(points)s") % {"what": name, "points": number}
    if rule.task:
        words += _(", once")
    elif rule.daily_cap:
        words += ngettext(", once a day", ", %(times)s times a day at most", rule.daily_cap) % {"times": rule.daily_cap}
    return {"rule": rule.code, "task": rule.task, "points": rule.points, "daily_cap": rule.daily_cap, "words": words}


def _multiplier(each: MultiplierIn) -> dict[str, Any]:
    said = {"times": f"{each.factor.normalize():f}", "key": each.key, "day": each.day_of_month}
    words = {
        MultiplierKind.MEMBER_DAY: _("%(times)s times the points for what is paid on day %(day)s of the month"),
        MultiplierKind.CAMPAIGN: _("%(times)s times the points in the campaign %(key)s"),
        MultiplierKind.LEVEL: _("%(times)s times the points for level %(key)s"),
    }[each.kind]
    return {
        "kind": each.kind,
        "key": each.key,
        "factor": str(each.factor),
        "valid_from": each.valid_from,
        "valid_until": each.valid_until,
        "words": words % said,
    }


def _lifetime(months: int | None) -> str:
    if months is None:
        return _("Points never end.")
    if months % 12 == 0:
        words = ngettext(
            "Points end %(count)s year after they were earned.", "Points end %(count)s years after they were earned.", months // 12
        )
        return words % {"count": months // 12}
    words = ngettext("Points end %(count)s month after they were earned.", "Points end %(count)s months after they were earned.", months)
    return words % {"count": months}


def _spend(terms: PointsTerms) -> dict[str, Any]:
    words = ngettext("From %(minimum)s point on", "From %(minimum)s points on", terms.redeem_minimum) % {"minimum": terms.redeem_minimum}
    words += _(", up to %(percent)s %% of what is to pay.") % {"percent": f"{(terms.redeem_share * Decimal(100)).normalize():f}"}
    return {
        "minimum": terms.redeem_minimum,
        "minimums": [{"level": minimum.level_code, "points": minimum.points} for minimum in terms.minimums],
        "share": str(terms.redeem_share),
        "hold_minutes": terms.hold_minutes,
        "words": words,
    }
