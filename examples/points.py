"""What a storefront and a till do with points, on Python's standard library alone: set aside, pay, earn at the till, exchange.

Run it against the demo: `python examples/points.py` (reads .data/demo.http.env), or set GUANXI, CLIENT_ID and CLIENT_SECRET. To exchange,
somebody must be a member of both programmes: S002_CLIENT_ID and S002_CLIENT_SECRET are those of a store of the second one.
"""

import uuid
from datetime import UTC, datetime

from storefront import Refused, from_environment

PROGRAMME, OTHER = "P1", "P2"


def register(shop, phone):
    """Whoever has proved this number: somebody new, or who is known already. Answers the one_id."""
    identity = {"provider": "phone", "external_id": phone, "verified_at": datetime.now(UTC).isoformat()}
    policy = {"purpose": "policy", "policy_version": "v1"}
    return shop.post("/members", {"channel": "pos", "identities": [identity], "consents": [policy]})["one_id"]


def pay_with_points(shop, at):
    """At checkout: set 70 points aside, and let them go again or take them for good (SF-6)."""
    number = f"EX-{uuid.uuid4().hex[:8]}"
    # The order's number is the hold's reference: sent twice, it sets aside once.
    hold = shop.post(f"{at}/holds", {"points": 70, "reference": f"{number}:1"})
    print("available", hold["purse"]["available"])

    # The customer goes away: everything is as it was.
    released = shop.post(f"{at}/holds/{hold['id']}/release", None)
    print("released", released["purse"]["available"])

    # The customer pays: one call, and the receipt has the balance. A refund of the order will give them back.
    hold = shop.post(f"{at}/holds", {"points": 70, "reference": f"{number}:2", "order_no": number})
    taken = shop.post(f"{at}/holds/{hold['id']}/capture", {})
    print("captured", taken["captured"], "left", taken["purse"]["balance"])
    print("lots", [lot["remaining"] for lot in reversed(shop.get(f"{at}/lots")["data"])])

    # More than there is: the refusal says what there is.
    try:
        shop.post(f"{at}/holds", {"points": 1000, "reference": f"{number}:3"})
    except Refused as refused:
        print("refused", refused.problem["code"], refused.problem["available"])


def buy_at_the_till(shop, one_id, at):
    """In the shop: ¥200.00 give 2 points, and 2 points pay, in the same account as online (SF-7 step 2, PTS-24)."""
    number, now = f"S-{uuid.uuid4().hex[:8]}", datetime.now(UTC).isoformat()
    order = {
        "order_no": number,
        "version": 1,
        "member": {"one_id": one_id},
        "status": "completed",
        "channel": "pos",
        "currency": "CNY",
        "paid_minor": 20000,
        "placed_at": now,
        "paid_at": now,
        "completed_at": now,
        "lines": [{"line_no": 1, "sku": "SCF-1", "name": "Scarf", "quantity": 1, "unit_price_minor": 20000, "paid_minor": 20000}],
    }
    shop.post("/orders", order, key=f"{number}:1")
    earned = shop.get(f"{at}/entries", kind="earn", limit=1)["data"][0]
    print("earned", earned["delta"], "for", earned["order"]["order_no"] == number)
    hold = shop.post(f"{at}/holds", {"points": 2, "reference": f"{number}:pay", "order_no": f"{number}-2"})
    taken = shop.post(f"{at}/holds/{hold['id']}/capture", {})
    print("paid", taken["captured"], "left", taken["purse"]["balance"])


def exchange(shop, one_id, at):
    """250 points of one programme for 200 of the other, in whole steps (SF-12)."""
    member, number = {"one_id": one_id}, uuid.uuid4().hex[:8]
    asked = {"member": member, "from_programme": PROGRAMME, "to_programme": OTHER}
    made = shop.post("/points/exchanges", {**asked, "points": 250, "reference": number})
    print("exchanged", made["given"]["points"], "for", made["received"]["points"], "left", made["purse"]["balance"])
    [row] = shop.get(f"{at}/entries", kind="exchange_out", limit=1)["data"]
    print("linked", row["source_id"] == str(made["id"]))
    try:
        shop.post("/points/exchanges", {**asked, "points": 30, "reference": f"{number}-2"})
    except Refused as refused:
        print("too little", refused.problem["status"], refused.problem["code"], refused.problem["step"])


def main():
    shop = from_environment()
    now = datetime.now(UTC)
    phone = f"138{now:%H%M%S}{now.microsecond // 10000:02d}"
    one_id = register(shop, phone)
    at = f"/programmes/{PROGRAMME}/members/{one_id}/points"

    # They have answered our questions: that is worth something.
    shop.post(f"{at}/credits", {"points": 60, "reference": "survey-1", "note": "survey"})
    shop.post(f"{at}/credits", {"points": 40, "reference": "survey-2", "note": "survey"})
    print("balance", shop.get(at)["balance"])
    pay_with_points(shop, at)
    buy_at_the_till(shop, one_id, at)

    # The same person is a member of the other shop, too.
    assert register(from_environment("S002"), phone) == one_id
    shop.post(f"{at}/credits", {"points": 300, "reference": "survey-3", "note": "survey"})
    exchange(shop, one_id, at)


if __name__ == "__main__":
    main()
