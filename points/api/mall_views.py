"""What points are worth: rules in words, rewards, exchange between programmes."""

from collections.abc import Sequence
from typing import Any

from activity import selectors as activity_selectors
from activity.api.shapes import OrderIn
from activity.api.views import order_in
from activity.errors import AmountMismatch, CurrencyMismatch, StaleVersion, VersionConflict
from core import scope as scopes
from core.api import pages
from core.api.operations import Answer, ApiView, Call, operation
from core.api.routes import CODE, KEY, NUMBER
from core.api.serializers import PageQuery, page_of
from core.errors import NotFound
from growth.errors import EffectConflict
from members.errors import MemberNotActive, MemberNotFound
from points import errors
from points.api import examples, shapes, told
from points.api.filters import ExchangeFilters, RedemptionFilters
from points.api.people import NOT_THERE, named
from points.api.views import READ
from points.models import Redemption
from points.selectors import exchanges, rewards, versions
from points.services import dry_run, exchange, redemptions
from points.services.redemptions import Redeemed
from stores import selectors as stores_selectors
from stores.api.views import store_of
from stores.enums import ProgrammeKind
from stores.errors import ProgrammeNotFound, StoreNotFound


class ProgrammeView(ApiView):
    """What hangs on the points of a programme."""

    path_parameters = {
        "code": ("The programme's code.", CODE),
        "redemption_id": ("The redemption's id.", KEY),
        "store": ("The code of the order's store.", CODE),
        "order_no": ("The shop's number.", NUMBER),
    }

    def programme(self, call: Call, code: str) -> Any:
        found = stores_selectors.programme_by_code(code, call.scope)
        if not found.points_on:
            raise NotFound()
        return found


class RulesView(ProgrammeView):
    tag = "points"

    @operation(
        "get_points_rules",
        summary="Read what points are and how to get them",
        scope=READ,
        answers={200: shapes.RulesOut},
        refusals=(ProgrammeNotFound, errors.PointsOff),
    )
    def retrieve(self, call: Call, code: str) -> Answer:
        """In words for members, in the request's language, with the numbers beside them (PTS-05)."""
        programme = self.programme(call, code)
        rules = versions.published(programme.pk)
        if rules is None:
            raise errors.PointsOff()
        return Answer(shapes.RulesOut(told.rules(rules, programme)).data)


class OrderCheckView(ProgrammeView):
    tag = "points"

    @operation(
        "check_order_points",
        summary="Reckon what an order would give",
        scope=READ,
        body=OrderIn,
        answers={200: shapes.OrderCheckOut},
        refusals=(*NOT_THERE, StoreNotFound, errors.PointsOff, VersionConflict, StaleVersion, CurrencyMismatch, AmountMismatch),
        example=examples.ORDER_CHECK,
    )
    def check(self, call: Call, code: str) -> Answer:
        """An order as `POST /orders` takes it, with a number that is free: what it would give when it is completed now, by which rule, and
        which lines do not count. By the very statements that give points; nothing is kept.
        """
        said = dict(call.body)
        programme, membership_id = named(call, code, said.pop("member"))
        store_id = store_of(call, said.pop("store", None))
        if store_id is None:
            raise StoreNotFound()
        member_id = stores_selectors.membership_rows(membership_id).get().member_id
        found = dry_run.explain_basket(order=order_in(said, member_id, (store_id, "")), at=call.now)
        return _checked(found, programme)

    @operation(
        "explain_order_points",
        summary="Read what an order gives and why",
        scope=READ,
        answers={200: shapes.OrderCheckOut},
        refusals=(ProgrammeNotFound, StoreNotFound, errors.PointsOff),
    )
    def retrieve(self, call: Call, code: str, store: str, order_no: str) -> Answer:
        """An order that has been told: what it gives by the rules that hold now, of what has not been refunded, from its completion on; one
        that is not completed, as if it were now. What it has given already is among the points entries. Nothing is kept.
        """
        programme = self.programme(call, code)
        place = stores_selectors.store_by_code(store, call.scope)
        order_id = activity_selectors.order_id([place.pk], order_no)
        if order_id is None or (programme.kind != ProgrammeKind.PLATFORM and programme.pk != place.programme_id):
            raise NotFound()
        return _checked(dry_run.explain_order(order_id=order_id, at=call.now), programme)


def _checked(found: Sequence[dry_run.Explained], programme: Any) -> Answer:
    """What the order gives in one of the programmes it concerns. Raises PointsOff where that has no rules."""
    of_programme = next((each for each in found if each.programme_id == programme.pk), None)
    if of_programme is None:
        raise errors.PointsOff()
    return Answer(shapes.OrderCheckOut(told.order_check(of_programme, programme)).data)


class RewardsView(ProgrammeView):
    tag = "rewards"

    @operation(
        "list_rewards",
        summary="List what points buy",
        scope="rewards:read",
        query=PageQuery,
        answers={200: page_of(shapes.RewardOut)},
        refusals=(ProgrammeNotFound,),
    )
    def list(self, call: Call, code: str) -> Answer:
        """What is on offer now, the cheapest first; `left` is 0 for what is gone."""
        programme = self.programme(call, code)
        rows = rewards.on_offer(programme.pk, call.now)
        found = pages.page(rows, order=("points", "id"), query=call.query, of=f"rewards:{programme.code}")
        return Answer(found.answer(lambda row: shapes.RewardOut(told.reward(row)).data))


class RedemptionsView(ProgrammeView):
    tag = "rewards"

    @operation(
        "list_redemptions",
        summary="Find redemptions",
        scope="rewards:read",
        query=shapes.RedemptionsQuery,
        answers={200: page_of(shapes.RedemptionOut)},
        refusals=NOT_THERE,
    )
    def list(self, call: Call, code: str) -> Answer:
        """The latest first."""
        programme = self.programme(call, code)
        rows = RedemptionFilters(call, scopes.narrow(rewards.redemptions(programme.pk), call.scope)).rows()
        found = pages.page(rows, order=("-id",), query=call.query, of=f"redemptions:{programme.code}")
        return Answer(found.answer(lambda row: shapes.RedemptionOut(told.redemption(row)).data))

    @operation(
        "get_redemption",
        summary="Read a redemption",
        scope="rewards:read",
        answers={200: shapes.RedemptionOut},
        refusals=(ProgrammeNotFound, errors.RedemptionNotFound),
    )
    def retrieve(self, call: Call, code: str, redemption_id: int) -> Answer:
        """With what was given and what became of it."""
        return Answer(shapes.RedemptionOut(told.redemption(self._one(call, code, redemption_id))).data)

    @operation(
        "redeem_reward",
        summary="Redeem a reward",
        scope="rewards:write",
        body=shapes.RedemptionIn,
        answers={201: shapes.MadeRedemptionOut, 200: shapes.MadeRedemptionOut},
        creates=True,
        refusals=(
            *NOT_THERE,
            errors.RewardNotFound,
            errors.BelowMinimum,
            errors.MemberLimit,
            errors.OutOfStock,
            errors.InsufficientPoints,
            errors.PointsOff,
            MemberNotActive,
            EffectConflict,
        ),
        example=examples.REDEMPTION,
    )
    def create(self, call: Call, code: str) -> Answer:
        """Points, stock and what is given move together, or nothing does. Of two calls for the last one, one answers 201 and one 409
        `out_of_stock`.
        """
        said = call.body
        _programme, membership_id = named(call, code, said["member"])
        made = redemptions.redeem_reward(
            membership_id=membership_id, reward_code=said["reward"], reference=said["reference"], actor=call.actor, at=call.now
        )
        return _told(made, call, status=200 if made.replayed else 201)

    @operation(
        "cancel_redemption",
        summary="Cancel a redemption",
        scope="rewards:write",
        body=shapes.CancellationIn,
        answers={201: shapes.MadeRedemptionOut, 200: shapes.MadeRedemptionOut},
        creates=True,
        refusals=(ProgrammeNotFound, errors.RedemptionNotFound, errors.NotCancellable),
        example=examples.CANCELLATION,
    )
    def cancel(self, call: Call, code: str, redemption_id: int) -> Answer:
        """The points go back into the lots they came from, with their old ends. 200 when it had been cancelled before."""
        self._one(call, code, redemption_id)
        done = redemptions.cancel_redemption(redemption_id=redemption_id, reason=call.body["reason"], actor=call.actor, at=call.now)
        return _told(done, call, status=200 if done.replayed else 201)

    def _one(self, call: Call, code: str, redemption_id: int) -> Redemption:
        programme = self.programme(call, code)
        found: Redemption | None = scopes.narrow(rewards.redemptions(programme.pk), call.scope).filter(pk=redemption_id).first()
        if found is None:
            raise errors.RedemptionNotFound()
        return found


def _told(made: Redeemed, call: Call, *, status: int) -> Answer:
    row = rewards.redemptions(made.redemption.reward.programme_id).get(pk=made.redemption.pk)
    answer = {
        **told.redemption(row),
        "purse": told.purse_of(row.account_id, call.now),
        "applied": not made.replayed,
    }
    return Answer(shapes.MadeRedemptionOut(answer).data, status=status)


class ExchangesView(ApiView):
    tag = "points"
    path_parameters = {"exchange_id": ("The exchange's id.", KEY)}

    @operation(
        "list_points_exchanges",
        summary="Find exchanges",
        scope=READ,
        query=shapes.ExchangesQuery,
        answers={200: page_of(shapes.ExchangeOut)},
        refusals=(MemberNotFound,),
    )
    def list(self, call: Call) -> Answer:
        """Those that gave points of the client's programmes, the latest first."""
        rows = ExchangeFilters(call, exchanges.exchanges(call.scope)).rows()
        found = pages.page(rows, order=("-id",), query=call.query, of="exchanges")
        return Answer(found.answer(lambda row: shapes.ExchangeOut(told.exchange(row)).data))

    @operation(
        "get_points_exchange",
        summary="Read an exchange",
        scope=READ,
        answers={200: shapes.ExchangeOut},
        refusals=(errors.ExchangeNotFound,),
    )
    def retrieve(self, call: Call, exchange_id: int) -> Answer:
        """Both legs, at the ratio that held."""
        row = exchanges.exchanges(call.scope).filter(pk=exchange_id).first()
        if row is None:
            raise errors.ExchangeNotFound()
        return Answer(shapes.ExchangeOut(told.exchange(row)).data)

    @operation(
        "exchange_points",
        summary="Exchange points of one programme for another's",
        scope="points:exchange",
        body=shapes.ExchangeIn,
        answers={201: shapes.MadeExchangeOut, 200: shapes.MadeExchangeOut},
        creates=True,
        refusals=(
            *NOT_THERE,
            errors.PairNotFound,
            errors.BelowStep,
            errors.DailyCap,
            errors.InsufficientPoints,
            errors.PointsOff,
            MemberNotActive,
            EffectConflict,
        ),
        example=examples.EXCHANGE,
    )
    def create(self, call: Call) -> Answer:
        """At the ratio of the pair, in whole steps, rounded down; both legs in one transaction. There is no way back.

        The client reaches the programme that gives; the pair says into which others points may go, and the member belongs to both.
        """
        said = call.body
        given = named(call, said["from_programme"], said["member"])
        made = exchange.exchange_points(
            membership_id=given.membership_id,
            to_programme_code=said["to_programme"],
            points=said["points"],
            reference=said["reference"],
            actor=call.actor,
            at=call.now,
        )
        row = exchanges.exchanges(call.scope).get(pk=made.exchange.pk)
        answer = {**told.exchange(row), "purse": told.purse_of(given.membership_id, call.now), "applied": not made.replayed}
        return Answer(shapes.MadeExchangeOut(answer).data, status=200 if made.replayed else 201)
