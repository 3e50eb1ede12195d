"""Exchange of points between two programmes of one member (积分通兑, PTS-23, A-46): both legs in one transaction."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from core.errors import InvalidInput
from core.history import because
from growth.errors import EffectConflict
from points.enums import EntryKind
from points.errors import BelowStep, DailyCap, PairNotFound
from points.models import ExchangePair, PointsExchange
from points.rules import exchange as rules
from points.rules.exchange import PairTerms
from points.services import ledger, lots
from points.services.admission import admit
from points.services.ledger import EntryIn
from points.services.numbers import next_id
from stores import selectors as stores_selectors
from stores import services as stores_services


@dataclass(frozen=True)
class Exchanged:
    """replayed: this exchange was made before."""

    exchange: PointsExchange
    replayed: bool


@transaction.atomic
def exchange_points(*, membership_id: int, to_programme_code: str, points: int, reference: str, actor: str, at: datetime) -> Exchanged:
    """Give points of one programme for points of another, at the ratio that holds now. There is no way back (A-46).

    membership_id: that gives.  to_programme_code: where the same member receives; the pair alone says that points may go there.
    points: given, whole steps of the pair.  reference: the caller's, once for ever per member: the same again answers the first.
    Received points live as those earned today do in their programme. Rule: docs/rules/points.md, Exchange. Raises PairNotFound,
    NotAMember, BelowStep, DailyCap, InsufficientPoints, EffectConflict, PointsOff, MemberNotActive.
    """
    given = stores_selectors.membership_rows(membership_id).get()
    pairs = ExchangePair.objects.filter(from_programme=given.programme_id, to_programme__code=to_programme_code)
    pair = pairs.select_related("to_programme").first()
    if pair is None:
        raise PairNotFound()
    taken = stores_selectors.membership(given.member_id, pair.to_programme_id)
    stores_services.lock_memberships([given.pk, taken.pk])
    effect_key = f"exchange:{reference}"
    found = PointsExchange.objects.filter(from_entry__account_id=given.pk, from_entry__effect_key=effect_key).first()
    if found is not None:
        if (found.pair_id, found.points_out) != (pair.pk, points):
            raise EffectConflict(membership=given.pk, effect_key=effect_key)
        return Exchanged(found, True)
    if not pair.is_on:
        raise PairNotFound()
    terms = PairTerms(pair.ratio_from, pair.ratio_to, pair.step, pair.minimum)
    if not rules.is_exchangeable(points, terms):
        raise BelowStep(field="points", step=pair.step, minimum=pair.minimum)
    from_rules, to = admit(given.pk).rules, admit(taken.pk)
    _check_cap(pair, given.pk, given.programme.time_zone, points, at)
    number = next_id(PointsExchange)
    common: dict[str, Any] = {
        "source_type": "exchange",
        "source_id": str(number),
        "effect_key": effect_key,
        "occurred_at": at,
        "actor": actor,
    }
    ratio = {"ratio_from": pair.ratio_from, "ratio_to": pair.ratio_to}
    out, back = ledger.post_entries(
        entries=[
            EntryIn(
                membership_id=given.pk,
                kind=EntryKind.EXCHANGE_OUT,
                requested=-points,
                rules_id=from_rules.pk,
                details={**ratio, "programme": to.membership.programme.code},
                **common,
            ),
            EntryIn(
                membership_id=taken.pk,
                kind=EntryKind.EXCHANGE_IN,
                requested=rules.received(points, terms),
                rules_id=to.rules.pk,
                lot=lots.earned_now(to.rules, at, to.membership.programme.time_zone),
                details={**ratio, "programme": given.programme.code},
                **common,
            ),
        ],
        booked_at=at,
    )
    exchange = PointsExchange.objects.create(
        id=number,
        pair=pair,
        from_entry_id=out.entry_id,
        to_entry_id=back.entry_id,
        points_out=points,
        points_in=back.delta,
        exchanged_at=at,
        **ratio,
    )
    return Exchanged(exchange, False)


def _check_cap(pair: ExchangePair, membership_id: int, zone: str, points: int, at: datetime) -> None:
    """Points given on the local day of the programme that gives them. The membership is held, so nobody gives more meanwhile."""
    if pair.daily_cap is None:
        return
    today = at.astimezone(ZoneInfo(zone)).date()
    begins = datetime.combine(today, time(), ZoneInfo(zone))
    ends = datetime.combine(today + timedelta(days=1), time(), ZoneInfo(zone))
    of_today = PointsExchange.objects.filter(
        pair=pair, from_entry__account_id=membership_id, exchanged_at__gte=begins, exchanged_at__lt=ends
    )
    left = pair.daily_cap - (of_today.aggregate(given=Sum("points_out"))["given"] or 0)
    if points > left:
        raise DailyCap(cap=pair.daily_cap, left=max(0, left))


@transaction.atomic
def save_pair(
    *,
    from_programme_id: int,
    to_programme_id: int,
    ratio_from: int,
    ratio_to: int,
    step: int = 1,
    minimum: int = 1,
    daily_cap: int | None = None,
    is_on: bool = True,
    actor: str,
    at: datetime,
) -> ExchangePair:
    """Say at which ratio points go from one programme to another; there is one pair a direction. Raises InvalidInput.

    Exchanges made before keep the ratio they were made at.
    """
    if from_programme_id == to_programme_id:
        raise InvalidInput(_("Points are exchanged between two programmes."), field="to_programme")
    for field, value in (("ratio_from", ratio_from), ("ratio_to", ratio_to), ("step", step), ("minimum", minimum)):
        if value < 1:
            raise InvalidInput(_("This is 1 at least."), field=field)
    if daily_cap is not None and daily_cap < step:
        raise InvalidInput(_("The daily limit allows one step at least, or is empty for none."), field="daily_cap")
    for programme_id in sorted((from_programme_id, to_programme_id)):
        stores_services.lock_programme(programme_id)
    with because(actor=actor, at=at):
        pair, _created = ExchangePair.objects.update_or_create(
            from_programme_id=from_programme_id,
            to_programme_id=to_programme_id,
            defaults={
                "ratio_from": ratio_from,
                "ratio_to": ratio_to,
                "step": step,
                "minimum": minimum,
                "daily_cap": daily_cap,
                "is_on": is_on,
            },
        )
    return pair
