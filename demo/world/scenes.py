"""What the cast did: orders, returns, visits, reviews, wallets.

F1 must stay what the acceptance scripts say: 张三 has the orders O1000 and O1001 and no other; the numbers O2000, O2001 and AS1 are the
scripts' to use.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from activity.enums import AfterSaleKind, AfterSaleStatus, EventKind
from activity.inputs import AfterSaleIn, AfterSaleLineIn, EventIn, OrderIn, WalletIn
from core.enums import Channel, Currency
from demo.catalogue import good
from demo.world import facts
from demo.world.facts import Facts
from demo.world.house import House
from demo.world.moments import Ago, before, days, month_began
from demo.world.parts import EVERYBODY, EXTRAS, MILK

Bought = Sequence[tuple[str, str, int]]  # (spu, option, pieces)
_CUP = "FD02"  # the product whose ten photo places are taken
_STEPS = ("placed_at", "paid_at", "shipped_at", "received_at", "completed_at")


class Scenes:
    """What the cast did before `now`."""

    def __init__(self, now: datetime, house: House, member_ids: Mapping[str, int]) -> None:
        self.now, self.house, self.member_ids = now, house, member_ids
        self.parts = {part.key: part for part in EVERYBODY}

    def facts(self) -> Facts:
        return Facts(self.orders(), self.after_sales(), self.events(), self.wallets())

    def orders(self) -> list[OrderIn]:
        return [
            # F1: the jacket of size M, completed 05-01; the coat, paid 05-17 09:30 and not shipped
            self._order("M1", "S001", "O1000", [("MM01", "M", 1)], 24, 23.99, 23, 20, 19),
            self._order("M1", "S001", "O1001", [("MM02", "L", 1)], days(3, minutes=35), days(3, minutes=30)),
            # F1: 2023-12-02, the only order of the last 365 days, 300.00
            self._at_till("M2", "O1010", [("NF01", "3段", 1), ("ND03", "", 1)], 170, discount_minor=3790),
            self._at_till("CARD6001", "O1020", [("ND01", "L", 2), ("SN02", "", 3)], 31),
            self._order("TWO_STORES", "S001", "O1030", [("NF01", "3段", 2), ("WC01", "", 1)], 62, 61.99, 61, 58, 51, discount_minor=3000),
            self._at_till("TWO_STORES", "O1031", [("CW01", "80cm", 2), ("TY02", "", 1)], 19.9),
            self._order("TWO_STORES", "S002", "O1032", [("LW01", "M", 1), ("LA01", "雾霾蓝", 1)], 4, 3.99, 2, channel=Channel.WEB),
            self._order("REFUND_REVIEWING", "S002", "O1040", [("LW08", "M", 1)], 9, 8.98, 8, 5),
            # paid in part with 20 points, of which 7 come back with R2002: 171.17 of 437.00
            self._order("REFUND_REVIEWING", "S002", "O1041", [("LW05", "S", 2), ("LW07", "M", 1)], 70, 69.9, 69, 66, 59, points_used=20),
            self._order("REFUND_REVIEWING", "S002", "O1042", [("LB01", "经典黑", 1)], 120, 119.9, 118, 115, 108),
            self._order("EXCHANGE", "S001", "O1050", [("ND01", "S", 3)], 12, 11.98, 11, 9),
            *(self._at_till("TILL_ONLY", f"O106{n}", [("CW03", "110cm", 1), ("ND03", "", 2)][: 1 + n % 2], 35 * n + 6.7) for n in range(6)),
            self._order("FROZEN", "S001", "O1070", [("TR02", "曜石黑", 1)], 40, 39.9, 39, 36, 29),
            self._order("FROZEN", "S001", "O1071", [("FD03", "", 1)], 25, 24.9, 24, 21, 14),
            self._order("QUIET", "S002", "O1080", [("LW10", "S", 1)], 0.2),
            self._cancelled("QUIET", "S001", "O1081", [("TY01", "", 1)], 6, 5.98, 5.8),
            self._order(
                "WALLET", "S001", "O1090", [("NF02", "3段", 2)], 2, 1.99, 1, coupon_minor=5000, points_used=16, postage_minor=1000
            ),
            self._order("WALLET", "S001", "O1091", [("NF02", "3段", 2), ("VG01", "", 1)], 75, 74.9, 74, 71, 64),
            # 3,255.00: 铜牌 at once, so that her logins count
            self._completed(
                "FOUR_RULES", "S001", "O1100", [("TR02", "曜石黑", 1), ("TR01", "森林绿", 1), ("FD03", "", 1), ("NF02", "2段", 1)], 36
            ),
            *(
                self._completed(part.key, "S001", f"O11{10 + place}", [(_CUP, "海盐蓝", 1)], 229 - place)
                for place, part in enumerate(EXTRAS)
            ),
            self._completed("ELEVENTH", "S001", "O1120", [(_CUP, "奶油白", 1)], 194),
            *self._worked_year(),
            self._completed("PLUS", "S001", "O1150", [("ND01", "L", 2), ("SN01", "8月+", 1)], 84),
            self._completed("PLUS", "S001", "O1151", [("NF01", "3段", 1), ("ND03", "", 2)], 23),
            self._completed("STORED_VALUE", "S001", "O1160", [("TY01", "", 1), ("WC02", "", 1)], 119),
            self._at_till("STORED_VALUE", "O1161", [("CW02", "100cm", 1)], 14.8),
            # 10,788.00 at 北巷, 138.00 at 安禾: 银牌 on the platform, 普通 in P1
            *(self._completed("PLATFORM_SILVER", "S002", f"O117{place}", [("LW03", "M", 2)], 12 + 35 * place) for place in range(6)),
            self._completed("PLATFORM_SILVER", "S001", "O1176", [("TY02", "", 1), ("FD01", "240ml", 1)], 48),
            *self.tins(),
        ]  # fmt: skip

    def _worked_year(self) -> list[OrderIn]:
        """OP-2: 1,750.00 on the 15th of each of the twelve months before the closed ones, then nothing."""
        goods = [("TR02", "石墨灰", 1), (_CUP, "樱花粉", 1), ("WC03", "", 1)]
        fifteenths = [month_began(self.now, months) + days(14, hours=15) for months in range(24, 12, -1)]
        return [
            self._at_till("WORKED_YEAR", f"O11{30 + place}", goods, self.now - at, discount_minor=2300)
            for place, at in enumerate(fifteenths)
        ]

    def tins(self) -> list[OrderIn]:
        """A tin of milk powder each, at a price of its time that tag M is just for or just not (A-33)."""
        return [
            facts.order(
                store_id=self.house.stores["S001"],
                order_no=f"O120{place}",
                member_id=self.member_ids[part.key],
                channel=part.channel,
                times={step: before(self.now, ago) for step, ago in zip(_STEPS, (40, 39.9, 39, 36, 29), strict=True)},
                lines=[replace(good("S001", "NF01").line(1, option="3段"), unit_price_minor=price_minor, paid_minor=price_minor)],
            )
            for place, (part, price_minor) in enumerate(MILK)
        ]

    def after_sales(self) -> list[AfterSaleIn]:
        refund, back, exchange = AfterSaleKind.REFUND, AfterSaleKind.RETURN, AfterSaleKind.EXCHANGE
        reviewing, refunded, rejected = AfterSaleStatus.REVIEWING, AfterSaleStatus.REFUNDED, AfterSaleStatus.REJECTED
        return [
            self._after_sale("REFUND_REVIEWING", "S002", "R2001", "O1040", back, reviewing, 23900, "尺码不合适", 2),
            self._after_sale("REFUND_REVIEWING", "S002", "R2002", "O1041", back, refunded, 17117, "颜色与图片不符", 64, 58),
            self._after_sale("REFUND_REVIEWING", "S002", "R2003", "O1042", refund, rejected, 69900, "使用痕迹明显", 105),
            self._after_sale("EXCHANGE", "S001", "R2010", "O1050", exchange, AfterSaleStatus.EXCHANGED, 0, "尺码小了，换M码", 8, 4),
            self._after_sale("FROZEN", "S001", "R2020", "O1070", refund, refunded, 159900, "商品破损", 28, 27),
            self._after_sale("FROZEN", "S001", "R2021", "O1071", refund, refunded, 39900, "少件", 13, 12),
        ]

    def events(self) -> list[EventIn]:
        photo = {"spu": "NF01", "order_no": "O1030", "line_no": 1}
        return [
            self._event("M1", "S001", EventKind.SEARCH, 4, Channel.MINI_PROGRAM, attributes={"text": "风衣 外套"}),
            self._event("M1", "S001", EventKind.VIEW, 3.04, Channel.MINI_PROGRAM, spu="MM02", path="/goods/MM02", dwell_seconds=84),
            self._event("M1", "S001", EventKind.CART_ADD, 3.03, Channel.MINI_PROGRAM, spu="MM02", sku="MM02-3"),
            self._event("M1", "S001", EventKind.VIEW, 1, Channel.APP, path="/orders/O1001", dwell_seconds=40, entrance="push"),
            self._event("TWO_STORES", "S001", EventKind.LOGIN, 2, Channel.APP, attributes={"manual": True}),
            self._event("TWO_STORES", "S002", EventKind.VIEW, 1.08, Channel.WEB, spu="LW03", path="/goods/LW03", dwell_seconds=131),
            self._event(
                "TWO_STORES", "S001", EventKind.PHOTO_REVIEW_SUBMITTED, 45, Channel.APP,
                attributes={"rating": 5, "text": "宝宝喝了不上火，包装也很好。", "photos": 3}, **photo,
            ),
            self._event("TWO_STORES", "S001", EventKind.PHOTO_REVIEW_APPROVED, 44, Channel.APP, attributes={"rating": 5}, **photo),
            self._event("QUIET", "S002", EventKind.FAVOURITE, 7, Channel.MINI_PROGRAM, spu="LW10"),
            self._event("M2", "S001", EventKind.LOGIN, 171, Channel.APP, attributes={"manual": True}),
            # the second login of the day counts for nothing; one of the two reviews is deleted
            self._event("FOUR_RULES", "S001", EventKind.LOGIN, 10.1, Channel.APP, attributes={"manual": True}),
            self._event("FOUR_RULES", "S001", EventKind.LOGIN, 10.05, Channel.APP, attributes={"manual": True}),
            *self._review("FOUR_RULES", "O1100", 1, "TR02", 30, "装车很稳，孩子坐着舒服。"),
            *self._review("FOUR_RULES", "O1100", 2, "TR01", 28, "轻，一只手就能收。", photos=4),
            *self._review("FOUR_RULES", "O1100", 3, "FD03", 26, "有点难洗。", deleted=9),
            *(
                told for place, part in enumerate(EXTRAS)
                for told in self._review(part.key, f"O11{10 + place}", 1, _CUP, 225 - place, "颜色和图片一样，保温也好。", photos=3)
            ),
            *self._review("ELEVENTH", "O1120", 1, _CUP, 190, "宝宝很喜欢，不漏水。", photos=2),
        ]  # fmt: skip

    def wallets(self) -> list[WalletIn]:
        return [
            # F1: MEM-30, MEM-31: 500.00 recharged - 411.20 spent = 88.80
            self._wallet("M1", "S001", 8880, recharge_total_minor=50000, spent_total_minor=41120),
            # 1,000.00 - 900.00 + 30.00 given would be 130.00
            self._wallet(
                "WALLET", "S001", 12000, red_packet_minor=880, recharge_total_minor=100000, spent_total_minor=90000, gift_total_minor=3000
            ),
            # exactly the threshold of 1,000.00 (OP-3)
            self._wallet("STORED_VALUE", "S001", 100000 - 25900, ago=15, recharge_total_minor=100000, spent_total_minor=25900),
        ]

    def _order(self, key: str, store: str, order_no: str, goods: Bought, *agos: Ago, channel: str = "", **amounts: int) -> OrderIn:
        """agos: how long ago it was placed, paid, shipped, received and completed, as far as it has come."""
        times = {step: before(self.now, ago) for step, ago in zip(_STEPS, agos, strict=False)}
        return self._with_times(key, store, order_no, goods, times, channel, amounts)

    def _completed(self, key: str, store: str, order_no: str, goods: Bought, ago: float) -> OrderIn:
        """A parcel that came a week before its order was completed."""
        return self._order(key, store, order_no, goods, ago + 10, ago + 9.99, ago + 9, ago + 7, ago)

    def _at_till(self, key: str, order_no: str, goods: Bought, ago: Ago, **amounts: int) -> OrderIn:
        times = dict.fromkeys(("placed_at", "paid_at", "completed_at"), before(self.now, ago))
        return self._with_times(key, "S101", order_no, goods, times, Channel.POS, amounts)

    def _cancelled(self, key: str, store: str, order_no: str, goods: Bought, placed: Ago, paid: Ago, cancelled: Ago) -> OrderIn:
        times = {"placed_at": before(self.now, placed), "paid_at": before(self.now, paid), "cancelled_at": before(self.now, cancelled)}
        return self._with_times(key, store, order_no, goods, times, "", {})

    def _with_times(
        self,
        key: str,
        store: str,
        order_no: str,
        goods: Bought,
        times: dict[str, datetime],
        channel: str,
        amounts: dict[str, int],
    ) -> OrderIn:
        part = self.parts[key]
        return facts.order(
            store_id=self.house.stores[store],
            order_no=order_no,
            member_id=self.member_ids[key],
            channel=channel or part.channel,
            times=times,
            lines=[
                good(store, spu).line(place, option=option, quantity=count) for place, (spu, option, count) in enumerate(goods, start=1)
            ],
            receiver=part.addresses[0] if part.addresses and store != "S101" else None,
            **amounts,
        )

    def _after_sale(
        self,
        key: str,
        store: str,
        after_sale_no: str,
        order_no: str,
        kind: AfterSaleKind,
        status: AfterSaleStatus,
        refund_minor: int,
        reason: str,
        applied: Ago,
        settled: Ago | None = None,
    ) -> AfterSaleIn:
        receiver = self.parts[key].addresses[0] if self.parts[key].addresses else None
        return AfterSaleIn(
            store_id=self.house.stores[store],
            after_sale_no=after_sale_no,
            order_no=order_no,
            member_id=self.member_ids[key],
            kind=kind,
            status=status,
            currency=Currency.CNY,
            refund_minor=refund_minor,
            reason=reason,
            applied_at=before(self.now, applied),
            settled_at=before(self.now, settled) if settled else None,
            receiver_name=receiver.receiver if receiver else "",
            receiver_phone=receiver.phone if receiver else "",
            receiver_address=facts.address_text(receiver) if receiver else "",
            lines=(AfterSaleLineIn(line_no=1, quantity=1, refund_minor=refund_minor),),
        )

    def _event(self, key: str, store: str, kind: EventKind, ago: float, channel: str, **more: Any) -> EventIn:
        return EventIn(
            source=store,
            event_id=f"cast:{key}:{kind}:{ago}",
            member_id=self.member_ids[key],
            store_id=self.house.stores[store],
            kind=kind,
            channel=channel,
            occurred_at=before(self.now, ago),
            **more,
        )

    def _review(
        self, key: str, order_no: str, line_no: int, spu: str, ago: float, text: str, *, photos: int = 0, deleted: float | None = None
    ) -> list[EventIn]:
        """Submitted `ago` days ago, approved five hours later, perhaps deleted."""
        about: dict[str, Any] = {"spu": spu, "order_no": order_no, "line_no": line_no}
        steps = [(EventKind.REVIEW_SUBMITTED, ago), (EventKind.REVIEW_APPROVED, ago - 0.2), (EventKind.REVIEW_DELETED, deleted)]
        if photos:
            steps = [(EventKind.PHOTO_REVIEW_SUBMITTED, ago), (EventKind.PHOTO_REVIEW_APPROVED, ago - 0.2)]
        said = {"rating": 5, "text": text, **({"photos": photos} if photos else {})}
        return [self._event(key, "S001", kind, when, Channel.APP, attributes=said, **about) for kind, when in steps if when is not None]

    def _wallet(self, key: str, store: str, balance_minor: int, *, ago: Ago = timedelta(hours=2), **more: int) -> WalletIn:
        return WalletIn(
            member_id=self.member_ids[key],
            store_id=self.house.stores[store],
            currency=Currency.CNY,
            balance_minor=balance_minor,
            as_of=before(self.now, ago),
            **more,
        )
