"""Coupons at the API: what may be claimed, what a member has, and reserve, use, release - of a member, or by the code at a till."""

from typing import Any

from core import scope as scopes
from core.api import pages
from core.api.operations import Answer, ApiView, Call, operation
from core.api.routes import CODE, KEY
from core.api.serializers import PageQuery, page_of
from core.errors import NotFound
from coupons import errors
from coupons.api import examples, shapes, told
from coupons.api.filters import CouponFilters
from coupons.models import Coupon
from coupons.rules.discounts import Goods
from coupons.selectors import coupons as selectors
from coupons.selectors import templates
from coupons.selectors.coupons import plain_code
from coupons.services import claims, using
from coupons.services.using import Spend
from growth.api import people
from growth.api.people import NOT_THERE
from growth.errors import EffectConflict
from members import selectors as members_selectors
from members import services as members_services
from members.errors import MemberNotActive
from stores import selectors as stores_selectors
from stores.api.views import store_of
from stores.errors import ProgrammeNotFound, StoreNotFound

READ, WRITE = "coupons:read", "coupons:write"
_STATE = (errors.CouponExpired, errors.CouponNotYetValid, errors.CouponUsed, errors.CouponRevoked, errors.HeldByOtherOrder)
_BASKET = (errors.WrongStore, errors.MinSpend, errors.NotApplicable, errors.NotFirstOrder, errors.NotStackable, errors.CouponsOff)
_RESERVING = (*_STATE, *_BASKET, StoreNotFound)
_USING = (*_RESERVING, errors.NotReserved)
_RELEASING = (errors.CouponUsed, errors.HeldByOtherOrder, errors.NotReserved, StoreNotFound)


def _with_coupons(programme: Any) -> Any:
    """programme: stores.Programme. One that does without coupons has no addresses of them (STO-10)."""
    if not programme.coupons_on:
        raise NotFound()
    return programme


class TemplatesView(ApiView):
    tag = "coupons"
    path_parameters = {"code": ("The programme's code.", CODE), "template": ("The template's code.", CODE)}

    @operation(
        "list_coupon_templates",
        summary="List coupons that can be claimed",
        scope=READ,
        query=PageQuery,
        answers={200: page_of(shapes.TemplateOut)},
        refusals=(ProgrammeNotFound,),
    )
    def list(self, call: Call, code: str) -> Answer:
        """Those in use that members may claim now; `left` is 0 for what is gone."""
        programme = _with_coupons(stores_selectors.programme_by_code(code, call.scope))
        found = pages.page(templates.claimable(programme.pk, call.now), order=("id",), query=call.query, of=f"coupon-templates:{code}")
        stores = templates.store_codes(found.rows)
        return Answer(found.answer(lambda row: shapes.TemplateOut(told.template(row, stores)).data))

    @operation(
        "claim_coupon",
        summary="Claim a coupon for a member",
        scope=WRITE,
        body=shapes.ClaimIn,
        answers={201: shapes.ClaimedCouponOut, 200: shapes.ClaimedCouponOut},
        creates=True,
        refusals=(
            *NOT_THERE,
            errors.TemplateNotFound,
            errors.TemplateNotActive,
            errors.LevelRequired,
            errors.QuantityExceeded,
            errors.PerMemberExceeded,
            errors.BudgetExhausted,
            MemberNotActive,
            EffectConflict,
        ),
        example=examples.CLAIM,
    )
    def claim(self, call: Call, code: str, template: str) -> Answer:
        """The member has the coupon at once, with the terms of this moment. Of many who want the last one, one gets it."""
        programme, membership_id = people.named(call, code, call.body["member"])
        found = templates.template(_with_coupons(programme).pk, template)
        made = claims.claim(
            template_id=found.pk, membership_id=membership_id, effect_key=call.body["reference"], actor=call.actor, at=call.now
        )
        [now] = selectors.now_of([made.coupon], call.now)
        answer = shapes.ClaimedCouponOut({**told.coupon(now), "applied": not made.replayed}).data
        return Answer(answer, status=200 if made.replayed else 201)

    @operation(
        "get_coupon_results",
        summary="Read what became of a template's coupons",
        scope=READ,
        answers={200: shapes.ResultsOut},
        refusals=(ProgrammeNotFound, errors.TemplateNotFound),
    )
    def results(self, call: Call, code: str, template: str) -> Answer:
        """How many were issued, used, expired, revoked, are outstanding, and what they took off (CPN-16)."""
        programme = _with_coupons(stores_selectors.programme_by_code(code, call.scope))
        found = templates.template(programme.pk, template)
        return Answer(shapes.ResultsOut(told.results(templates.results([found.pk], call.now)[found.pk], found)).data)


class MemberCouponsView(people.MembershipView):
    """The coupons of one membership."""

    tag = "coupons"
    path_parameters = {**people.MembershipView.path_parameters, "coupon_id": ("The coupon's id.", KEY)}

    @operation(
        "list_coupons",
        summary="List a member's coupons",
        scope=READ,
        query=shapes.CouponsQuery,
        answers={200: page_of(shapes.CouponOut)},
        refusals=NOT_THERE,
    )
    def list(self, call: Call, code: str, one_id: str) -> Answer:
        """The latest first, each as it is now, with the reason why it cannot be used."""
        programme, membership_id = self.read(call, code, one_id)
        _with_coupons(programme)
        rows = CouponFilters(call, selectors.rows(membership_ids=[membership_id])).rows()
        found = pages.page(rows, order=("-received_at", "-id"), query=call.query, of=f"coupons:{membership_id}")
        now = {each.coupon.pk: each for each in selectors.now_of(found.rows, call.now)}
        return Answer(found.answer(lambda row: shapes.CouponOut(told.coupon(now[row.pk])).data))

    @operation(
        "get_coupon",
        summary="Read a coupon",
        scope=READ,
        answers={200: shapes.CouponOut},
        refusals=(*NOT_THERE, errors.CouponNotFound),
    )
    def retrieve(self, call: Call, code: str, one_id: str, coupon_id: int) -> Answer:
        programme, membership_id = self.read(call, code, one_id)
        _with_coupons(programme)
        return _told(_of_membership(membership_id, coupon_id), call)

    @operation(
        "reserve_coupon",
        summary="Reserve a coupon for an order",
        scope=WRITE,
        body=shapes.ReserveIn,
        answers={201: shapes.CouponOut},
        creates=True,
        refusals=(*NOT_THERE, errors.CouponNotFound, *_RESERVING),
        example=examples.RESERVE,
    )
    def reserve(self, call: Call, code: str, one_id: str, coupon_id: int) -> Answer:
        """Nobody else can use it until it is used, released, or its time is over. `discount_minor` is what it takes off, reckoned together
        with the coupons the order has already.
        """
        return _reserve(_of_membership(self._changed(call, code, one_id), coupon_id), call)

    @operation(
        "use_coupon",
        summary="Use a coupon",
        scope=WRITE,
        body=shapes.UseIn,
        answers={201: shapes.CouponOut},
        creates=True,
        refusals=(*NOT_THERE, errors.CouponNotFound, *_USING),
        example=examples.USE,
    )
    def use(self, call: Call, code: str, one_id: str, coupon_id: int) -> Answer:
        """One that is reserved for this order; with `lines`, one that is not reserved as well, in one step. An order that is pushed with
        the code in `coupon_codes` does the same once it is paid, and its full refund gives the coupon back by its rule.
        """
        return _use(_of_membership(self._changed(call, code, one_id), coupon_id), call)

    @operation(
        "release_coupon",
        summary="Release a coupon",
        scope=WRITE,
        body=shapes.ReleaseIn,
        answers={201: shapes.CouponOut},
        creates=True,
        refusals=(*NOT_THERE, errors.CouponNotFound, *_RELEASING),
        example=examples.RELEASE,
    )
    def release(self, call: Call, code: str, one_id: str, coupon_id: int) -> Answer:
        """The order is not paid: the coupon can be used again at once. One whose end came while it was reserved stays usable for the
        hours of grace after its end.
        """
        return _release(_of_membership(self._changed(call, code, one_id), coupon_id), call)

    def _changed(self, call: Call, code: str, one_id: str) -> int:
        programme, membership_id = self.change(call, code, one_id)
        _with_coupons(programme)
        return membership_id


class CodesView(ApiView):
    """The same by the code that a till scans."""

    tag = "coupons"
    path_parameters = {"coupon_code": ("The coupon's code, however it is typed.", CODE)}

    @operation(
        "get_coupon_by_code",
        summary="Read a coupon by its code",
        scope=READ,
        answers={200: shapes.CouponOut},
        refusals=(errors.CouponNotFound,),
    )
    def retrieve(self, call: Call, coupon_code: str) -> Answer:
        """Of the caller's own programme or the platform's, and of a member within reach; another's is not found."""
        coupon = _by_code(call, coupon_code)
        one_id = coupon.membership.member.one_id
        members_services.read_member(one_id=one_id, scope=call.scope, at=call.now, ip=call.ip, request_id=call.request_id)
        return _told(coupon, call)

    @operation(
        "reserve_coupon_by_code",
        summary="Reserve a coupon by its code",
        scope=WRITE,
        body=shapes.ReserveIn,
        answers={201: shapes.CouponOut},
        creates=True,
        refusals=(errors.CouponNotFound, *_RESERVING),
        example=examples.RESERVE,
    )
    def reserve(self, call: Call, coupon_code: str) -> Answer:
        """As `reserve_coupon`."""
        return _reserve(_by_code(call, coupon_code), call)

    @operation(
        "use_coupon_by_code",
        summary="Use a coupon by its code",
        scope=WRITE,
        body=shapes.UseIn,
        answers={201: shapes.CouponOut},
        creates=True,
        refusals=(errors.CouponNotFound, *_USING),
        example=examples.USE_AT_TILL,
    )
    def use(self, call: Call, coupon_code: str) -> Answer:
        """As `use_coupon`: with `lines`, a till takes it in one step."""
        return _use(_by_code(call, coupon_code), call)

    @operation(
        "release_coupon_by_code",
        summary="Release a coupon by its code",
        scope=WRITE,
        body=shapes.ReleaseIn,
        answers={201: shapes.CouponOut},
        creates=True,
        refusals=(errors.CouponNotFound, *_RELEASING),
        example=examples.RELEASE,
    )
    def release(self, call: Call, coupon_code: str) -> Answer:
        """As `release_coupon`."""
        return _release(_by_code(call, coupon_code), call)


def _of_membership(membership_id: int, coupon_id: int) -> Coupon:
    found = selectors.rows(membership_ids=[membership_id]).filter(pk=coupon_id).first()
    if found is None:
        raise errors.CouponNotFound()
    return found


def _by_code(call: Call, coupon_code: str) -> Coupon:
    rows = Coupon.objects.filter(code=plain_code(coupon_code), membership__programme__coupons_on=True)
    found = rows.select_related("template__programme", "store", "membership__member").first()
    is_near = found is not None and (
        found.template.programme_id == stores_selectors.platform_programme().pk
        or scopes.narrow(Coupon.objects.filter(pk=found.pk), call.scope).exists()
    )
    if found is None or not is_near or not members_selectors.within(call.scope).filter(pk=found.membership.member_id).exists():
        raise errors.CouponNotFound()
    return found


def _store(call: Call) -> int:
    store_id = store_of(call, call.body.get("store"))
    if store_id is None:
        raise StoreNotFound(field="store")
    return store_id


def _spend(said: dict[str, Any]) -> Spend:
    return Spend(tuple(Goods(**line) for line in said["lines"]), said["postage_minor"])


def _reserve(coupon: Coupon, call: Call) -> Answer:
    made = using.reserve_coupon(
        coupon_id=coupon.pk,
        store_id=_store(call),
        order_no=call.body["order_no"],
        spend=_spend(call.body),
        minutes=call.body["minutes"],
        actor=call.actor,
        at=call.now,
    )
    return _told(made, call, status=201)


def _use(coupon: Coupon, call: Call) -> Answer:
    made = using.use_coupon(
        coupon_id=coupon.pk,
        store_id=_store(call),
        order_no=call.body["order_no"],
        spend=_spend(call.body) if call.body.get("lines") else None,
        discount_minor=call.body.get("discount_minor"),
        actor=call.actor,
        at=call.now,
    )
    return _told(made, call, status=201)


def _release(coupon: Coupon, call: Call) -> Answer:
    made = using.release_coupon(coupon_id=coupon.pk, store_id=_store(call), order_no=call.body["order_no"], actor=call.actor, at=call.now)
    return _told(made, call, status=201)


def _told(coupon: Coupon, call: Call, *, status: int = 200) -> Answer:
    [now] = selectors.now_of([coupon], call.now)
    return Answer(shapes.CouponOut(told.coupon(now)).data, status=status)
