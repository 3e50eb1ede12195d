"""Paid membership: what the shop says was paid becomes a level of the paid track, for as long as it was paid (LVL-16..21, LVL-33).

A level that was bought ends by the clock; the job that writes its end into the history changes no answer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from core import notices
from core.enums import Origin
from core.errors import InvalidInput
from core.notices import NoticeIn
from growth.enums import LevelCause, SubscriptionState, Track
from growth.errors import OtherPlanValid, PaymentConflict, PlanNotFound
from growth.models import MemberLevel, PaidPlan, Subscription
from growth.rules import subscriptions as rules
from growth.services import changes
from growth.services.changes import Change
from stores import services as stores_services

ENDING = "subscription_ending"  # the template of the reminder
SYSTEM = "system"
AT_ONCE = 1000


@dataclass(frozen=True)
class Bought:
    """replayed: this payment was recorded before."""

    subscription: Subscription
    replayed: bool


@transaction.atomic
def subscribe(
    *,
    membership_id: int,
    plan_code: str,
    payment_no: str,
    paid_at: datetime,
    renews_itself: bool = False,
    actor: str,
    booked_at: datetime,
    origin: Origin = Origin.LIVE,
) -> Bought:
    """Record that a plan was paid, once per payment; paid before the end of what is held it extends that.

    paid_at: a shop's clock may run up to a day ahead of ours; that counts as now.
    renews_itself: the shop's payment system will pay the next one, so nobody is reminded (BEN-17).
    Rule: docs/rules/benefits.md, Paid membership. Raises PlanNotFound, PaymentConflict, OtherPlanValid, InvalidInput.
    """
    if paid_at > booked_at + rules.CLOCKS_APART:
        raise InvalidInput(_("The payment lies in the future."), field="paid_at")
    paid_at = min(paid_at, booked_at)
    stores_services.lock_memberships([membership_id])
    plans = PaidPlan.objects.filter(programme__memberships=membership_id)
    plan = plans.filter(code=plan_code).select_related("programme").first()
    if plan is None:
        raise PlanNotFound()
    known = Subscription.objects.filter(plan__programme=plan.programme, payment_no=payment_no).select_related("plan").first()
    if known is not None:
        return _replayed(known, membership_id, plan)
    if not plan.is_on_sale:
        raise PlanNotFound()
    last = Subscription.objects.filter(membership_id=membership_id).select_related("plan").order_by("ends_at", "id").last()
    held_until = last.ends_at if last is not None and last.ends_at > paid_at else None
    if last is not None and held_until is not None and last.plan.level_id != plan.level_id:
        raise OtherPlanValid(plan=last.plan.code, until=held_until)
    term = rules.term(paid_at=paid_at, held_until=held_until, days=plan.days, time_zone=plan.programme.time_zone)
    ended = [] if held_until else _end([membership_id], now=term.starts_at)  # what no job has written yet comes first
    bought = _insert(
        Subscription(
            membership_id=membership_id,
            plan=plan,
            payment_no=payment_no,
            price_minor=plan.price_minor,
            starts_at=term.starts_at,
            ends_at=term.ends_at,
            renews_itself=renews_itself,
            actor=actor,
            bought_at=paid_at,
            booked_at=booked_at,
        )
    )
    if held_until:
        MemberLevel.objects.filter(membership_id=membership_id, track=Track.PAID, level_until=held_until).update(level_until=term.ends_at)
    else:
        begun = Change(
            membership_id=membership_id,
            track=Track.PAID,
            cause=LevelCause.SUBSCRIBED,
            source=f"subscription:{bought.pk}",
            actor=actor,
            occurred_at=term.starts_at,
            level_id=plan.level_id,
            until=term.ends_at,
            details={"plan": plan.code, "price_minor": plan.price_minor, "until": term.ends_at.isoformat()},
        )
        changes.record([*ended, begun], booked_at=booked_at, origin=origin)
    return Bought(bought, False)


def _replayed(known: Subscription, membership_id: int, plan: PaidPlan) -> Bought:
    if (known.membership_id, known.plan_id) != (membership_id, plan.pk):
        raise PaymentConflict()
    return Bought(known, True)


def _insert(row: Subscription) -> Subscription:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as problem:  # another member's call with this number has just committed
        if "growth_subscription_paid_once" not in str(problem):
            raise
        raise PaymentConflict() from problem
    return row


def end_subscriptions(*, now: datetime, origin: Origin = Origin.LIVE) -> int:
    """Write down which bought levels have ended by `now`, once each; answers how many. In bounded transactions.

    A second run finds nothing. What ended and was renewed in time goes on: no line is written.
    """
    ended = 0
    for membership_ids in _with_ended(now):
        with transaction.atomic():
            stores_services.lock_memberships(membership_ids)
            ended += len(changes.record(_end(membership_ids, now=now), booked_at=now, origin=origin))
    return ended


def _with_ended(now: datetime) -> Iterator[list[int]]:
    """Memberships with subscriptions that have ended and are not marked so, some at a time, until there are none."""
    due = Subscription.objects.filter(state=SubscriptionState.ACTIVE, ends_at__lte=now).order_by("ends_at", "id")
    while found := list(due.values_list("membership_id", flat=True)[:AT_ONCE]):
        yield sorted(set(found))


def _end(membership_ids: Sequence[int], *, now: datetime) -> list[Change]:
    """Mark what has ended by `now`; the changes of those who hold nothing any more. The caller holds the memberships."""
    ended = Subscription.objects.filter(membership_id__in=membership_ids, state=SubscriptionState.ACTIVE, ends_at__lte=now)
    held_until = MemberLevel.objects.filter(membership_id=OuterRef("membership_id"), track=Track.PAID).values("level_until")
    last = list(ended.annotate(held_until=Subquery(held_until)).filter(held_until=F("ends_at")).select_related("plan").order_by("ends_at"))
    ended.update(state=SubscriptionState.ENDED)
    return [
        Change(
            membership_id=subscription.membership_id,
            track=Track.PAID,
            cause=LevelCause.EXPIRED,
            source=f"subscription:{subscription.pk}",
            actor=SYSTEM,
            occurred_at=subscription.ends_at,
            details={"plan": subscription.plan.code},
        )
        for subscription in last
    ]


def remind_of_endings(*, now: datetime) -> int:
    """Tell members whose paid membership ends within seven days, once each, unless it goes on (BEN-17); answers how many."""
    reminded = 0
    while found := _remind_some(now):
        reminded += found
    return reminded


@transaction.atomic
def _remind_some(now: datetime) -> int:
    renewed = Subscription.objects.filter(membership_id=OuterRef("membership_id"), ends_at__gt=OuterRef("ends_at"))
    ending = Subscription.objects.filter(
        ~Exists(renewed),
        state=SubscriptionState.ACTIVE,
        renews_itself=False,
        reminded_at=None,
        ends_at__gt=now,
        ends_at__lte=now + rules.REMINDED_BEFORE,
    )
    told = ending.select_related("plan__programme", "membership").select_for_update(of=("self",), skip_locked=True)
    rows = list(told.order_by("ends_at", "id")[:AT_ONCE])
    notices.queue(
        (
            NoticeIn(
                programme_id=row.plan.programme_id,
                member_id=row.membership.member_id,
                template=ENDING,
                cause=f"subscription:{row.pk}",
                dedupe_key=f"{ENDING}:{row.pk}",
                values={"plan": row.plan.name, "ends_on": rules.last_day(row.ends_at, row.plan.programme.time_zone).isoformat()},
            )
            for row in rows
        ),
        created_at=now,
    )
    Subscription.objects.filter(pk__in=[row.pk for row in rows]).update(reminded_at=now)
    return len(rows)
