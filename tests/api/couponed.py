"""A programme with a coupon that can be claimed, for the tests of the API."""

from typing import Any

from coupons.models import CouponTemplate
from coupons.services import templates
from stores.models import Programme
from tests.api.callers import Api
from tests.world import NOW

BY: dict[str, Any] = {"actor": "test", "at": NOW}


def couponed(programme: Programme, code: str = "thirty", **values: Any) -> CouponTemplate:
    """30.00 off from 299.00 on for 24 hours, as often as one likes."""
    known = CouponTemplate.objects.filter(programme=programme, code=code).first()
    said = {
        "name": "满299减30",
        "kind": "amount",
        "face_minor": 3000,
        "min_spend_minor": 29900,
        "validity": "hours",
        "valid_amount": 24,
        "is_claimable": True,
        **values,
    }
    return known or templates.save_template(programme_id=programme.pk, code=code, **said, **BY)


def claim(api: Api, within: str, member: dict[str, str], reference: str, template: str = "thirty", **options: Any) -> Any:
    """A coupon for a member, as the API answers it."""
    answer = api.post(f"{within}/coupon-templates/{template}/claims", {"member": member, "reference": reference}, **options)
    assert answer.status_code == 201, answer.json()
    return answer.json()


def goods(order_no: str = "O2001", amount: int = 29900, **values: Any) -> dict[str, Any]:
    """What a reservation names."""
    return {"order_no": order_no, "lines": [{"line_no": 1, "sku": "NF03", "category": "母婴/奶粉", "pay_minor": amount}], **values}
