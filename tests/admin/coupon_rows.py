"""What a shop can have of coupons: a row of every kind that the back office has an address for, and words by which a leak is seen."""

from datetime import datetime, timedelta

from coupons.enums import CouponSource
from coupons.models import Coupon, CouponTemplate
from coupons.services import issuing, packs, templates
from stores.models import Membership, Programme


def fill(programme: Programme, member_id: int, tag: str, now: datetime) -> tuple[dict[str, int], list[str]]:
    """Ids by what the addresses call them, and the words of this shop alone."""
    at = now - timedelta(minutes=5)
    membership = Membership.objects.get(programme=programme, member_id=member_id)
    template = thirty_off(programme, code=f"thirty-{tag.encode().hex()}", name=f"满减券{tag}", at=at)
    coupon = give(template, membership, key=f"first:{tag}", at=at)
    pack = packs.save_pack(
        programme_id=programme.pk, name=f"新人礼包{tag}", trigger="registered", items={template.pk: 1}, actor="test", at=at, is_on=False
    )
    ids = {"template_id": template.pk, "coupon_id": coupon.pk, "pack_id": pack.pk}
    return ids, [f"满减券{tag}", f"新人礼包{tag}", coupon.code]


def thirty_off(programme: Programme, *, at: datetime, code: str = "thirty", name: str = "满减券", **values: object) -> CouponTemplate:
    """30.00 off from 299.00 on, a day long, which customer service may give, unless said otherwise."""
    said = {
        "kind": "amount",
        "face_minor": 3000,
        "min_spend_minor": 29900,
        "validity": "hours",
        "valid_amount": 24,
        "staff_may_give": True,
        **values,
    }
    return templates.save_template(programme_id=programme.pk, code=code, name=name, actor="test", at=at, **said)  # type: ignore[arg-type]


def give(template: CouponTemplate, membership: Membership, *, key: str, at: datetime) -> Coupon:
    issued = issuing.issue_coupons(
        template_id=template.pk, membership_ids=[membership.pk], source=CouponSource.CAMPAIGN, effect_key=key, actor="test", at=at
    )
    return Coupon.objects.get(pk=issued.coupon_ids[membership.pk][0])


def many_coupons(membership: Membership, count: int, until: datetime) -> None:
    """Coupons of one template, an hour apart, the newest last."""
    template = CouponTemplate.objects.filter(programme=membership.programme).order_by("pk")[0]
    for number in range(count):
        give(template, membership, key=f"many:{count}:{number}", at=until - timedelta(hours=count - number))
