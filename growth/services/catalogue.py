"""What operators keep beside the schemes: the benefits of a programme and its paid plans (BEN-01, LVL-16, LVL-17)."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.errors import InvalidInput
from growth.enums import BenefitNature
from growth.errors import BenefitNotFound, LevelNotFound, PlanNotFound
from growth.models import Benefit, Level, PaidPlan
from growth.rules import benefits as rules
from stores import services as stores_services


@transaction.atomic
def save_benefit(
    *,
    programme_id: int,
    code: str,
    name: str,
    kind: str,
    nature: str = BenefitNature.PRACTICAL,
    channels: Sequence[str] = (),
    description: str = "",
    is_active: bool = True,
    benefit_id: int | None = None,
) -> Benefit:
    """Add a benefit, or change one (benefit_id). Code and kind stay what they were: levels hold values of that kind.

    Raises BenefitNotFound, InvalidInput for a code that is taken or a kind that cannot be given.
    """
    stores_services.lock_programme(programme_id)
    if benefit_id is None:
        rules.fields_of(kind)
        if Benefit.objects.filter(programme_id=programme_id, code=code).exists():
            raise InvalidInput(_("This code is taken."), field="code")
        benefit = Benefit(programme_id=programme_id, code=code, kind=kind)
    else:
        found = Benefit.objects.filter(pk=benefit_id, programme_id=programme_id).first()
        if found is None:
            raise BenefitNotFound()
        benefit = found
    benefit.name, benefit.nature, benefit.channels = name, nature, list(channels)
    benefit.description, benefit.is_active = description, is_active
    benefit.save()
    return benefit


@transaction.atomic
def save_plan(
    *,
    programme_id: int,
    code: str,
    name: str,
    price_minor: int,
    days: int,
    level_id: int,
    is_on_sale: bool = True,
    plan_id: int | None = None,
) -> PaidPlan:
    """Add a paid plan, or change one (plan_id). The code stays. Who has bought it keeps what they paid for: price and days of then.

    Raises PlanNotFound, LevelNotFound for a level of another programme, InvalidInput for a code that is taken or values out of range.
    """
    stores_services.lock_programme(programme_id)
    if not Level.objects.filter(pk=level_id, programme_id=programme_id).exists():
        raise LevelNotFound()
    if price_minor < 0:
        raise InvalidInput(_("The price is not negative."), field="price")
    if days < 1:
        raise InvalidInput(_("A plan is valid for a day at least."), field="days")
    if plan_id is None:
        if PaidPlan.objects.filter(programme_id=programme_id, code=code).exists():
            raise InvalidInput(_("This code is taken."), field="code")
        plan = PaidPlan(programme_id=programme_id, code=code)
    else:
        found = PaidPlan.objects.filter(pk=plan_id, programme_id=programme_id).first()
        if found is None:
            raise PlanNotFound()
        plan = found
    plan.name, plan.price_minor, plan.days, plan.level_id, plan.is_on_sale = name, price_minor, days, level_id, is_on_sale
    plan.save()
    return plan
