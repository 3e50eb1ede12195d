"""A coupon at the checkout, on Python's standard library alone: quote, reserve, release, use; and what is refused (SF-5).

Run it against the demo: `python examples/coupons.py` (reads .data/demo.http.env), or set GUANXI, CLIENT_ID and CLIENT_SECRET. TEMPLATE is a
coupon of PROGRAMME that can be claimed and holds from 299.00 on. S002_CLIENT_ID and S002_CLIENT_SECRET are those of another shop.
"""

import os
import uuid
from datetime import UTC, datetime

from storefront import Refused, from_environment

PROGRAMME = os.environ.get("PROGRAMME", "P1")
TEMPLATE = os.environ.get("TEMPLATE", "C1")


def refused(shop, path, body):
    """The code a call is refused with."""
    try:
        shop.post(path, body)
    except Refused as found:
        return found.problem["status"], found.problem["code"]
    raise AssertionError(f"{path} was not refused")


def main():
    shop, number = from_environment(), uuid.uuid4().hex[:8]
    now = datetime.now(UTC)
    identity = {"provider": "phone", "external_id": f"139{now:%H%M%S}{now.microsecond // 10000:02d}", "verified_at": now.isoformat()}
    policy = {"purpose": "policy", "policy_version": "v1"}
    member = {"one_id": shop.post("/members", {"channel": "app", "identities": [identity], "consents": [policy]})["one_id"]}

    # The member claims a coupon: once for this reference, however often it is sent.
    coupon = shop.post(f"/programmes/{PROGRAMME}/coupon-templates/{TEMPLATE}/claims", {"member": member, "reference": number})
    print("claimed", coupon["words"]["value"], "-", coupon["words"]["condition"])
    at = f"/programmes/{PROGRAMME}/members/{member['one_id']}/coupons/{coupon['id']}"

    # In the basket: what would it take off?
    lines = [{"line_no": 1, "sku": "NF03", "category": "母婴/奶粉", "quantity": 1, "unit_price_minor": 36000}]
    asked = {"member": member, "currency": "CNY", "lines": lines, "coupons": [coupon["code"]]}
    quote = shop.post(f"/programmes/{PROGRAMME}/quotes", asked)
    print("quoted", quote["coupons"][0]["discount_minor"], "of", quote["goods_minor"])

    # At checkout: 298.99 are not enough, 299.00 are. Nobody else can use it meanwhile.
    def order(order_no, amount):
        return {"order_no": order_no, "lines": [{"line_no": 1, "sku": "NF03", "category": "母婴/奶粉", "pay_minor": amount}]}

    print("298.99", *refused(shop, f"{at}/reserve", order(f"{number}-1", 29899)))
    print("299.00", shop.post(f"{at}/reserve", order(f"{number}-1", 29900))["state"])
    print("again", *refused(shop, f"{at}/reserve", order(f"{number}-2", 29900)))

    # The customer goes away, and comes back.
    print("released", shop.post(f"{at}/release", {"order_no": f"{number}-1"})["state"])
    shop.post(f"{at}/reserve", order(f"{number}-3", 29900))
    used = shop.post(f"{at}/use", {"order_no": f"{number}-3"})
    print("used", used["state"], used["used_at"] is not None, used["discount_minor"])

    # It is used up; and another shop does not even find it.
    print("twice", *refused(shop, f"/coupon-codes/{coupon['code']}/use", order(f"{number}-4", 29900)))
    print("elsewhere", *refused(from_environment("S002"), f"/coupon-codes/{coupon['code']}/use", order(f"{number}-5", 29900)))


if __name__ == "__main__":
    main()
