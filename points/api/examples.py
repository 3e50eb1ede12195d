"""One request a writing operation, for the OpenAPI document, docs/api.md and the Postman collection; the tests send them."""

from activity.api.examples import MEMBER, ORDER

CREDIT = {"points": 20, "reference": "SURVEY-7", "note": "问卷调查"}
DEBIT = {"points": 2, "reference": "PARKING-31", "note": "停车"}
HOLD = {"points": 5, "reference": "O2001", "order_no": "O2001", "total_minor": 29990}
CAPTURE = {"points": 5}
REVERSAL = {"points": 1, "reference": "SURVEY-7-CORRECTION", "reason": "问卷重复提交"}
REDEMPTION = {"member": MEMBER, "reward": "film", "reference": "APP-1"}
CANCELLATION = {"reason": "会员不想要了"}
EXCHANGE = {"member": MEMBER, "from_programme": "P1", "to_programme": "platform", "points": 50, "reference": "EX-1"}
ORDER_CHECK = {**ORDER, "order_no": "BASKET-1", "paid_at": "2024-05-28T10:00:00+08:00"}
