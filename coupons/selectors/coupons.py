"""The coupons members hold, as they are at a moment: state by the clock, terms and reasons in words (CPN-01, CS-5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from core import scope as scopes
from core import sql
from core.permissions import roles_for
from core.scope import Scope
from coupons.enums import CouponState, Validity
from coupons.models import Coupon, CouponStep, CouponTemplate
from coupons.rules import words
from coupons.rules.states import Kept, Standing, standing
from stores import selectors as stores_selectors


@dataclass(frozen=True)
class CouponNow:
    """A coupon at a moment. coupon: the row, with template, its programme, and store.

    state: by the clock.  refusal: code why it cannot be used now, empty where it can; reason: the same in words.
    usable_until: when it ends (exclusive).  value, condition, validity: its terms in words, in the active language.  stores: codes
    by id, of those that terms name.
    """

    coupon: Coupon
    state: CouponState
    refusal: str
    reason: str
    usable_until: datetime
    value: str
    condition: str
    validity: str
    currency: str
    zone: str
    stores: Mapping[int, str]

    @property
    def is_usable(self) -> bool:
        return not self.refusal

    @property
    def used_at(self) -> datetime | None:
        return self.coupon.used_at


def grace() -> timedelta:
    """How long after its end a coupon stays usable whose end came while it was reserved (COUPON_GRACE_HOURS)."""
    return timedelta(hours=settings.COUPON_GRACE_HOURS)


def standing_of(coupon: Coupon, at: datetime) -> Standing:
    """What a coupon is at a moment."""
    kept = Kept(coupon.state, coupon.valid_from, coupon.valid_until, coupon.grace_until, coupon.reserved_until)
    return standing(kept, at, grace())


def plain_code(code: str) -> str:
    """A code as it is kept, however it is typed: small letters, blanks and dashes do not matter."""
    return code.upper().replace("-", "").replace(" ", "")


def members_by_code(code: str, scope: Scope, limit: int) -> list[int]:
    """Whose coupon it is, for callers who may see coupons."""
    if not roles_for("coupons.coupon", "view") & scope.roles:
        return []
    rows = scopes.narrow(Coupon.objects.filter(code=plain_code(code)), scope)
    return list(rows.values_list("membership__member_id", flat=True)[:limit])


def rows(*, membership_ids: Sequence[int]) -> QuerySet[Coupon]:
    """All coupons of memberships, the latest received first, with what `now_of` reads."""
    found = Coupon.objects.filter(membership_id__in=list(membership_ids)).select_related("template__programme", "store")
    return found.order_by("-received_at", "-id")


def now_of(coupons: Sequence[Coupon], at: datetime) -> list[CouponNow]:
    """Rows as they are at a moment; one statement more where terms name stores."""
    named = {store_id for coupon in coupons for store_id in coupon.store_ids}
    codes = {store_id: contact.code for store_id, contact in stores_selectors.contacts(named).items()} if named else {}
    return [_now(coupon, at, codes) for coupon in coupons]


def _now(coupon: Coupon, at: datetime, codes: dict[int, str]) -> CouponNow:
    programme = coupon.template.programme
    zone, currency = programme.time_zone, programme.currency
    found = standing_of(coupon, at)
    validity = words.validity(coupon.validity_words, valid_from=coupon.valid_from, valid_until=coupon.valid_until, zone=zone)
    return CouponNow(
        coupon=coupon,
        state=found.state,
        refusal=found.refusal,
        reason=words.reason(
            found.refusal,
            validity_said=validity,
            usable_until=found.usable_until,
            valid_from=coupon.valid_from,
            reserved_until=coupon.reserved_until,
            order_no=coupon.order_no,
            ended_at=coupon.ended_at,
            zone=zone,
        ),
        usable_until=found.usable_until,
        value=value_of(coupon, currency),
        condition=condition_of(coupon, currency, codes),
        validity=validity,
        currency=currency,
        zone=zone,
        stores=codes,
    )


def value_of(of: Coupon | CouponTemplate, currency: str) -> str:
    """What a coupon or template takes off, in words."""
    return words.value(of.kind, face_minor=of.face_minor, pay_rate=of.pay_rate, cap_minor=of.cap_minor, currency=currency)


def condition_of(of: Coupon | CouponTemplate, currency: str, stores: Mapping[int, str]) -> str:
    """What has to hold for it, in words. stores: codes or names by id, of those that terms name."""
    return words.condition(
        min_spend_minor=of.min_spend_minor,
        categories=of.categories,
        skus=of.skus,
        stores=[stores[store_id] for store_id in of.store_ids if store_id in stores],
        first_order=of.first_order,
        stackable=of.stackable,
        currency=currency,
    )


def validity_of(template: CouponTemplate) -> str:
    """How long coupons of a template hold, in words."""
    zone = template.programme.time_zone
    if template.validity == Validity.FIXED and template.valid_until is not None:
        return words.validity("", valid_from=template.valid_from, valid_until=template.valid_until, zone=zone)
    return words.after_receipt(template.validity, template.valid_amount or 0)


def of_membership(
    membership_id: int, at: datetime, *, before: tuple[datetime, int] | None = None, limit: int | None = None
) -> list[CouponNow]:
    """A membership's coupons, the latest received first. before: (received_at, id) of the last one shown, for the next page."""
    found = rows(membership_ids=[membership_id])
    if before is not None:
        received_at, coupon_id = before
        found = found.filter(Q(received_at__lt=received_at) | Q(received_at=received_at, id__lt=coupon_id))
    return now_of(list(found[:limit] if limit is not None else found), at)


def usable(membership_id: int, at: datetime, *, limit: int | None = None) -> list[CouponNow]:
    """What a membership can use now, the one that ends soonest first."""
    found = [each for each in now_of(list(rows(membership_ids=[membership_id]).filter(state__in=_MAY_BE_USABLE)), at) if each.is_usable]
    return sorted(found, key=lambda each: (each.usable_until, each.coupon.pk))[:limit]


_MAY_BE_USABLE = (CouponState.AVAILABLE, CouponState.RESERVED)


def steps(coupon_id: int) -> QuerySet[CouponStep]:
    """All that happened to a coupon, in order."""
    return CouponStep.objects.filter(coupon_id=coupon_id).select_related("store").order_by("id")


@dataclass(frozen=True)
class Wallet:
    """The coupons of a membership at a moment. usable: how many can be used now.  next_end_at: when the first of these ends."""

    membership_id: int
    programme_id: int
    programme_code: str
    programme_name: str
    zone: str
    usable: int
    reserved: int
    next_end_at: datetime | None


def wallets(member_ids: Sequence[int], scope: Scope, at: datetime) -> dict[int, list[Wallet]]:
    """Coupons by member, of the programmes with coupons that the caller reaches: the platform's first. One statement for all."""
    found: dict[int, list[Wallet]] = {member_id: [] for member_id in member_ids}
    reached = None if scope.platform else list(scope.programme_ids)
    for row in sql.call("coupons/cards/wallets", member_ids=list(member_ids), programme_ids=reached, at=at, grace=grace()):
        found[row.pop("member_id")].append(Wallet(zone=row.pop("time_zone"), **row))
    return found


def usable_counts(membership_ids: Sequence[int], at: datetime) -> dict[int, int]:
    """How many coupons each membership can use now; 0 for who has none."""
    counted = {
        row["membership_id"]: row["usable"]
        for row in sql.call("coupons/cards/usable", membership_ids=list(membership_ids), at=at, grace=grace())
    }
    return {membership_id: counted.get(membership_id, 0) for membership_id in membership_ids}
