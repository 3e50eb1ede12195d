"""Templates: what operators say of a coupon, checked and kept (CPN-01, CPN-07). Coupons that are out keep their terms."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import InvalidInput
from core.history import because
from coupons.enums import CostBearer
from coupons.errors import TemplateNotFound
from coupons.models import CouponTemplate
from coupons.rules import templates as rules
from growth.enums import Track
from growth.selectors import schemes as growth_schemes
from stores import selectors as stores_selectors
from stores import services as stores_services

USUAL: Mapping[str, Any] = {
    "description": "",
    "face_minor": None,
    "pay_rate": None,
    "cap_minor": None,
    "min_spend_minor": 0,
    "store_ids": [],
    "categories": [],
    "skus": [],
    "valid_amount": None,
    "valid_from": None,
    "valid_until": None,
    "stock": None,
    "per_member": None,
    "cost_minor": None,
    "budget_minor": None,
    "stackable": False,
    "first_order": False,
    "return_on_refund": True,
    "cost_bearer": CostBearer.STORE,
    "is_claimable": False,
    "claim_from": None,
    "claim_until": None,
    "min_level": "",
    "staff_may_give": False,
    "is_on": True,
}


@transaction.atomic
def save_template(
    *,
    programme_id: int,
    template_id: int | None = None,
    code: str,
    name: str,
    kind: str,
    validity: str,
    actor: str,
    at: datetime,
    **said: Any,
) -> CouponTemplate:
    """Add a template, or change one (template_id): its code and kind stay what they were.

    said: other fields of coupons.CouponTemplate; what is not said is as in USUAL. cost_minor None: what it takes off at most.
    Raises TemplateNotFound, InvalidInput with the first problem (values: field, problems).
    """
    unknown = said.keys() - USUAL.keys()
    assert not unknown, f"a template has no {sorted(unknown)}"
    stores_services.lock_programme(programme_id)
    template = _row(programme_id, template_id, code, kind)
    values = {**USUAL, **said, "name": name.strip(), "kind": template.kind, "validity": validity}
    found = rules.problems(values) | _elsewhere(programme_id, template, values)
    if found:
        field, words = next(iter(found.items()))
        raise InvalidInput(words, field=field, problems=list(found.values()))
    values["cost_minor"] = rules.cost(values) or 0
    for field, value in values.items():
        setattr(template, field, value)
    with because(actor=actor, at=at):
        if template_id is None:
            template.save(force_insert=True)
        else:
            template.save(update_fields=list(values))
    return template


def _row(programme_id: int, template_id: int | None, code: str, kind: str) -> CouponTemplate:
    if template_id is not None:
        found = CouponTemplate.objects.select_for_update(of=("self",)).filter(pk=template_id, programme_id=programme_id).first()
        if found is None:
            raise TemplateNotFound()
        return found
    if CouponTemplate.objects.filter(programme_id=programme_id, code=code).exists():
        raise InvalidInput(_("This code is taken."), field="code")
    return CouponTemplate(programme_id=programme_id, code=code, kind=kind)


def _elsewhere(programme_id: int, template: CouponTemplate, said: Mapping[str, Any]) -> dict[str, str]:
    """What other rows say about it."""
    found: dict[str, str] = {}
    contacts = stores_selectors.contacts(said["store_ids"])
    is_foreign = programme_id != stores_selectors.platform_programme().pk and any(
        each.programme_id != programme_id for each in contacts.values()
    )
    if len(contacts) != len(set(said["store_ids"])) or is_foreign:
        found["store_ids"] = _("A coupon holds in stores of its own programme.")
    scheme = growth_schemes.published(programme_id, Track.FREE)
    if said["min_level"] and (scheme is None or said["min_level"] not in {terms.level.code for terms in scheme.terms.all()}):
        found["min_level"] = _("There is no such level.")
    if said["stock"] is not None and said["stock"] < template.issued:
        found["stock"] = _("%(taken)s of it are gone already.") % {"taken": template.issued}
    if said["budget_minor"] is not None and said["budget_minor"] < template.committed_minor:
        found["budget_minor"] = _("More than that is committed already.")
    return found
