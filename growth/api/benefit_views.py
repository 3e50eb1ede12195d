"""Benefits and paid membership: what members are entitled to, what they used, what they bought."""

from core import scope as scopes
from core.api import pages
from core.api.operations import Answer, ApiView, Call, operation
from core.api.routes import CODE
from core.api.serializers import page_of
from growth import errors
from growth.api import examples, shapes, told
from growth.api.filters import SubscriptionFilters
from growth.api.people import NOT_THERE, MembershipView, named
from growth.models import PaidPlan, Subscription
from growth.selectors import benefits, levels, promises
from growth.services import benefits as benefits_services
from growth.services import subscriptions as subscriptions_services
from stores import selectors as stores_selectors
from stores.errors import ProgrammeNotFound, StoreNotFound


class BenefitsView(MembershipView):
    tag = "benefits"
    path_parameters = {**MembershipView.path_parameters, "benefit": ("The benefit's code.", CODE)}

    @operation(
        "get_benefits",
        summary="Read what a member is entitled to",
        scope="benefits:read",
        query=shapes.BenefitsQuery,
        answers={200: shapes.EntitlementsOut},
        refusals=(*NOT_THERE, StoreNotFound),
    )
    def retrieve(self, call: Call, code: str, one_id: str) -> Answer:
        """The best value of each benefit over all levels that count at this second, bought and matched ones included."""
        programme, membership_id = self.read(call, code, one_id)
        required = None
        if "store" in call.query:
            store = stores_selectors.store_by_code(call.query["store"], call.scope)
            if store.programme_id != programme.pk:
                raise StoreNotFound()
            required = store.require_track
        found = benefits.of_membership(membership_id, call.now, call.query.get("channel"))
        may_purchase = None if required is None else found.may_purchase(required)
        newcomer_price = benefits.has_newcomer_price(membership_id, call.now)
        return Answer(shapes.EntitlementsOut(told.entitlements(found, may_purchase, newcomer_price=newcomer_price)).data)

    @operation(
        "use_benefit",
        summary="Record that a benefit was used",
        scope="benefits:write",
        body=shapes.UsageIn,
        answers={201: shapes.UsageOut, 200: shapes.UsageOut},
        creates=True,
        refusals=(*NOT_THERE, errors.BenefitNotFound, errors.NotEntitled, errors.QuotaExhausted, errors.EffectConflict),
        example=examples.USAGE,
    )
    def use(self, call: Call, code: str, one_id: str, benefit: str) -> Answer:
        """201 when the use counts, 200 when it had been recorded. Where there is a quota it takes one of the calendar month's uses; 409
        `quota_exhausted` says on which day they begin anew.
        """
        _programme, membership_id = self.change(call, code, one_id)
        used = benefits_services.use_benefit(membership_id=membership_id, benefit_code=benefit, **call.body, actor=call.actor, at=call.now)
        answer = {
            "benefit": benefit,
            "usage_key": used.usage.usage_key,
            "applied": not used.replayed,
            "quota": used.quota,
            "left": used.left,
            "resets_on": used.resets_on,
            "used_at": used.usage.used_at,
        }
        return Answer(shapes.UsageOut(answer).data, status=200 if used.replayed else 201)

    @operation(
        "check_early_access",
        summary="Ask whether a member may buy before the others",
        scope="benefits:read",
        query=shapes.EarlyAccessQuery,
        answers={200: shapes.EarlyAccessOut},
        refusals=NOT_THERE,
    )
    def early_access(self, call: Call, code: str, one_id: str) -> Answer:
        """Of something that everybody may buy from `sale_at` on."""
        _programme, membership_id = self.read(call, code, one_id)
        found = benefits.early_access(benefits.of_membership(membership_id, call.now))
        sale_at = call.query.get("sale_at")
        answer = {
            "sku": call.query["sku"],
            "hours": found.hours,
            "sale_at": sale_at,
            "allowed": found.allowed(sale_at, call.now) if sale_at else None,
            "allowed_from": found.allowed_from(sale_at) if sale_at else None,
            "benefit": found.benefit.code if found.benefit else None,
        }
        return Answer(shapes.EarlyAccessOut(answer).data)


class PlansView(ApiView):
    tag = "benefits"
    path_parameters = {"code": MembershipView.path_parameters["code"]}

    @operation(
        "list_plans", summary="List plans for sale", scope="growth:read", answers={200: shapes.PlanListOut}, refusals=(ProgrammeNotFound,)
    )
    def list(self, call: Call, code: str) -> Answer:
        """Paid membership by price, each with the level it gives and what that promises. Payment happens in the shop's own system."""
        programme = stores_selectors.programme_by_code(code, call.scope)
        plans = list(PaidPlan.objects.filter(programme_id=programme.pk, is_on_sale=True).order_by("price_minor", "code"))
        names = levels.terms_of(plan.level_id for plan in plans)
        promised = promises.promised(names)
        data = [
            {
                "code": plan.code,
                "name": plan.name,
                "price_minor": plan.price_minor,
                "currency": programme.currency,
                "days": plan.days,
                "level": told.level_of(names[plan.level_id]),
                "benefits": [told.promise(each) for each in promised[plan.level_id].promises] if plan.level_id in promised else [],
            }
            for plan in plans
            if plan.level_id in names
        ]
        return Answer(shapes.PlanListOut({"data": data}).data)


class SubscriptionsView(ApiView):
    tag = "benefits"
    path_parameters = {"code": MembershipView.path_parameters["code"]}

    @operation(
        "list_subscriptions",
        summary="Find paid memberships",
        scope="subscriptions:read",
        query=shapes.SubscriptionsQuery,
        answers={200: page_of(shapes.SubscriptionOut)},
        refusals=NOT_THERE,
    )
    def list(self, call: Call, code: str) -> Answer:
        """The last bought first."""
        programme = stores_selectors.programme_by_code(code, call.scope)
        rows = scopes.narrow(Subscription.objects.filter(plan__programme_id=programme.pk), call.scope)
        related = SubscriptionFilters(call, rows).rows().select_related("membership__member", "plan__programme")
        found = pages.page(related, order=("-bought_at", "-id"), query=call.query, of=f"subscriptions:{programme.code}")
        return Answer(found.answer(lambda row: shapes.SubscriptionOut(told.subscription(row)).data))

    @operation(
        "record_subscription",
        summary="Record that a plan was paid",
        scope="subscriptions:write",
        body=shapes.SubscriptionIn,
        answers={201: shapes.RecordedSubscriptionOut, 200: shapes.RecordedSubscriptionOut},
        creates=True,
        refusals=(*NOT_THERE, errors.PlanNotFound, errors.PaymentConflict, errors.OtherPlanValid),
        example=examples.SUBSCRIPTION,
    )
    def create(self, call: Call, code: str) -> Answer:
        """201: the level counts from the payment, or from the end of what the member holds already. 200: this payment was recorded before.

        It ends at the local midnight after its days, to the second, whether or not anything runs then.
        """
        said = call.body
        _programme, membership_id = named(call, code, said["member"])
        bought = subscriptions_services.subscribe(
            membership_id=membership_id,
            plan_code=said["plan"],
            payment_no=said["payment_no"],
            paid_at=said.get("paid_at", call.now),
            renews_itself=said["renews_itself"],
            actor=call.actor,
            booked_at=call.now,
        )
        row = Subscription.objects.select_related("membership__member", "plan__programme").get(pk=bought.subscription.pk)
        answer = {**told.subscription(row), "applied": not bought.replayed}
        return Answer(shapes.RecordedSubscriptionOut(answer).data, status=200 if bought.replayed else 201)
