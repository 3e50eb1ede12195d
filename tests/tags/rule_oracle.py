"""What rules mean, in plain Python over the source rows: shares no code with tags.rules or its SQL (ruling 28).

Slow and simple on purpose: every value is looked for anew in lists of orders, lines and events.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from activity.models import BehaviourEvent, Order, OrderLine, WalletBalance
from coupons.models import Coupon
from growth.models import GrowthAccount, MemberLevel, RfmSnapshot
from members.models import Child, Consent
from points.models import PointsAccount
from stores.models import Membership, Programme
from tags.models import MemberTag

NOT_VISITS = {"deal", "review.approved", "review.deleted", "photo_review.approved", "photo_review.deleted"}
RANKS = {"L0": 0, "L1": 1, "L2": 2, "L3": 3, "L4": 4, "MONTH": 0, "YEAR": 1}


@dataclass
class Person:
    """Everything the sources say of one membership."""

    membership: Any
    orders: list[Any] = field(default_factory=list)
    lines: dict[int, list[Any]] = field(default_factory=dict)
    events: list[Any] = field(default_factory=list)
    children: list[Any] = field(default_factory=list)
    coupons: list[Any] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    levels: dict[str, str] = field(default_factory=dict)
    marketing: bool = False
    growth: int = 0
    points: int = 0
    wallet: Any = None
    f_dropped: bool = False


class Oracle:
    def __init__(self, programme: Programme, on: date, now: datetime, cuts: tuple[list[int], list[int], list[int]]) -> None:
        self.programme, self.on, self.now, self.cuts = programme, on, now, cuts
        self.zone = ZoneInfo(programme.time_zone)
        self.people = {each.pk: Person(each) for each in Membership.objects.filter(programme=programme).select_related("member")}
        by_member = {person.membership.member_id: person for person in self.people.values()}
        for order in Order.objects.filter(store__programme=programme, status="completed").order_by("completed_at", "id"):
            by_member[order.member_id].orders.append(order)
            by_member[order.member_id].lines[order.pk] = []
        for line in OrderLine.objects.filter(order__store__programme=programme, order__status="completed").select_related("order"):
            by_member[line.order.member_id].lines[line.order_id].append(line)
        for event in BehaviourEvent.objects.filter(store__programme=programme):
            by_member[event.member_id].events.append(event)
        for child in Child.objects.all():
            by_member[child.member_id].children.append(child)
        for consent in Consent.objects.filter(purpose="marketing", withdrawn_at=None):
            by_member[consent.member_id].marketing = True
        for coupon in Coupon.objects.all():
            self.people[coupon.membership_id].coupons.append(coupon)
        for tag in MemberTag.objects.filter(ended_at=None).select_related("tag"):
            self.people[tag.membership_id].tags.add(tag.tag.code)
        for held in MemberLevel.objects.select_related("level", "automatic_level"):
            is_over = held.level_until is not None and held.level_until <= now
            level = held.automatic_level if is_over else held.level
            if level is not None:
                self.people[held.membership_id].levels[held.track] = level.code
        for account in GrowthAccount.objects.all():
            self.people[account.membership_id].growth = account.balance
        for points in PointsAccount.objects.all():
            self.people[points.membership_id].points = points.balance
        for wallet in WalletBalance.objects.all():
            self.people[wallet.membership_id].wallet = wallet
        for snapshot in RfmSnapshot.objects.filter(f_dropped=True):
            self.people[snapshot.membership_id].f_dropped = True
        self._known: dict[tuple[int, str], Any] = {}

    # -- values

    def value(self, number: int, operand: dict[str, Any]) -> Any:
        key = (number, str(operand))
        if key not in self._known:
            person = self.people[number]
            if "var" in operand:
                self._known[key] = self.field(person, operand["var"])
            elif "bought" in operand:
                self._known[key] = self.bought(person, **operand["bought"])
            else:
                self._known[key] = self.did(person, **operand["did"])
        return self._known[key]

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def ago(self, at: datetime) -> int:
        return (self.on - self.day(at)).days

    def counted(self, person: Person, days: int | None = None) -> list[Any]:
        """Orders that were not refunded whole, of the last so many days."""
        found = [order for order in person.orders if order.net_minor > 0 or order.settled_minor == 0]
        return [order for order in found if days is None or self.ago(order.completed_at) < days]

    def spent(self, person: Person, days: int | None = None) -> int:
        return sum(order.net_minor for order in self.counted(person, days) if order.currency == "CNY")

    def goods(self, person: Person, days: int) -> list[tuple[Any, Any]]:
        """(order, line) for lines that hold something still."""
        found = []
        for order in self.counted(person, days):
            for line in person.lines[order.pk]:
                if line.is_gift_card or line.quantity <= line.refunded_quantity:
                    continue
                if line.paid_minor != 0 and line.refunded_minor >= line.paid_minor:
                    continue
                found.append((order, line))
        return found

    def field(self, person: Person, code: str) -> Any:
        member, orders = person.membership.member, self.counted(person)
        year = self.counted(person, 365)
        own = [order for order in year if order.currency == "CNY"]
        finished = [order for order in person.orders if self.ago(order.completed_at) < 365]
        visits = sorted({self.day(event.occurred_at) for event in person.events if event.kind not in NOT_VISITS})
        r, f, m = self.scores(person)
        born = member.birthday if member.birthday and member.birthday <= self.on else None
        match code.split("_"):
            case ["orders", days]:
                return len(self.counted(person, int(days)))
            case ["amount", days]:
                return self.spent(person, int(days))
            case ["visit", "days", days]:
                return sum((self.on - day).days < int(days) for day in visits)
        match code:
            case "gender":
                return None if member.gender == "unknown" else member.gender
            case "age":
                if born is None:
                    return None
                years = self.on.year - born.year
                return years if (self.on.month, self.on.day) >= (born.month, born.day) else years - 1
            case "birthday_month":
                return member.birthday.month if member.birthday else None
            case "birthday_this_month":
                return member.birthday.month == self.on.month if member.birthday else None
            case "province":
                return member.province_code or None
            case "city":
                return member.city_code or None
            case "country" | "register_channel" | "register_source":
                return getattr(member, code) or None
            case "joined_by":
                return person.membership.source
            case "has_children":
                return len(person.children) > 0
            case "marketing":
                return person.marketing
            case "amount":
                return self.spent(person)
            case "orders":
                return len(orders)
            case "average_order":
                return Fraction(self.spent(person, 365), len(own)) if own else None
            case "discount_share":
                below = sum(order.goods_minor for order in own)
                above = sum(order.discount_minor + order.coupon_minor + order.points_minor for order in own)
                return Fraction(above * 1000, below) if below > 0 else None
            case "items_per_order":
                pieces = sum(line.quantity - line.refunded_quantity for _order, line in self.goods(person, 365))
                return Fraction(pieces * 1000, len(year)) if year else None
            case "return_rate":
                back = sum(order.refunded_minor > 0 for order in finished)
                return Fraction(back * 1000, len(finished)) if finished else None
            case "top_category":
                return self.top(person, lambda line: line.category)
            case "top_brand":
                return self.top(person, lambda line: line.brand)
            case "top_item":
                return self.top(person, lambda line: line.spu or line.sku)
            case "days_since_first_order":
                return self.ago(orders[0].completed_at) if orders else None
            case "days_since_second_order":
                return self.ago(orders[1].completed_at) if len(orders) > 1 else None
            case "days_since_last_order":
                return self.ago(orders[-1].completed_at) if orders else None
            case "days_since_last_visit":
                return (self.on - visits[-1]).days if visits else None
            case "days_since_joined":
                return self.ago(person.membership.joined_at)
            case "visits_falling":
                return self.falling(visits)
            case "channels":
                return {order.channel for order in year}
            case "level":
                return person.levels.get("free")
            case "paid_level":
                return person.levels.get("paid")
            case "growth" | "points":
                return getattr(person, code)
            case "wallet":
                return person.wallet.balance_minor if person.wallet else None
            case "recharged":
                return person.wallet.recharge_total_minor if person.wallet else None
            case "coupons_usable":
                return sum(
                    coupon.state == "available"
                    and self.day(coupon.valid_from) <= self.on
                    and self.day(coupon.valid_until - timedelta(microseconds=1)) >= self.on
                    for coupon in person.coupons
                )
            case "coupons_used_180":
                return sum(coupon.state == "used" and self.ago(coupon.used_at) < 180 for coupon in person.coupons)
            case "rfm_r":
                return r
            case "rfm_f":
                return f
            case "rfm_m":
                return m
            case "rfm_value":
                return 600 * r + 200 * f + 200 * m
            case "rfm_class":
                if r < 3:
                    return "dormant" if r == 1 else "churn_risk"
                if m >= 3:
                    return "high" if m > 3 else "mid"
                return "low" if f > 2 else "potential"
            case "rfm_group":
                return self.group(r, f, m)
            case "rfm_layer":
                return "dormant" if r == 1 else "high" if r + f > 7 else "medium" if r + f > 5 else "low"
            case "f_dropped":
                return person.f_dropped
            case "lifecycle":
                return self.stage(person, visits, orders, r, self.group(r, f, m))
        raise AssertionError(f"the oracle does not know {code}")

    def scores(self, person: Person) -> tuple[int, int, int]:
        r_cuts, f_cuts, m_cuts = self.cuts
        orders = self.counted(person)
        days = self.ago(orders[-1].completed_at) if orders else 10**6
        r = next((5 - place for place, cut in enumerate(r_cuts) if days <= cut), 1)
        f = next((5 - place for place, cut in enumerate(f_cuts) if len(self.counted(person, 365)) >= cut), 1)
        m = next((5 - place for place, cut in enumerate(m_cuts) if self.spent(person, 365) >= cut), 1)
        return r, f, m

    @staticmethod
    def group(r: int, f: int, m: int) -> str:
        if r in (1, 2):
            return "churn_risk" if max(f, m) > 2 else "other"
        if f in (1, 2):
            return "potential"
        return "loyal" if m in (4, 5) else "frequent_low"

    def stage(self, person: Person, visits: list[date], orders: list[Any], r: int, group: str) -> str:
        days = [self.day(person.membership.joined_at), *visits, *(self.day(order.completed_at) for order in orders)]
        if self.on - max(days) >= timedelta(days=180):
            return "lost"
        if not orders:
            return "registered"
        if r == 1:
            return "dormant"
        if r == 2 or self.falling(visits) or person.f_dropped:
            return "at_risk"
        if group == "loyal":
            return "loyal"
        return "first_buy" if len(orders) == 1 else "repeat"

    @staticmethod
    def falling(visits: list[date]) -> bool:
        """Of February, March and April, judged in May 2024 (A-36)."""
        months = Counter((day.year, day.month) for day in visits)
        first, second, third = months[2024, 2], months[2024, 3], months[2024, 4]
        fell = second * 10 <= first * 7 and third * 10 <= second * 7
        return first >= 4 and fell

    def top(self, person: Person, named: Any) -> str | None:
        amounts: Counter[str] = Counter()
        orders: dict[str, set[int]] = defaultdict(set)
        last: dict[str, date] = {}
        for order, line in self.goods(person, 180):
            name = named(line)
            if name and order.currency == "CNY":
                amounts[name] += line.paid_minor - line.refunded_minor
                orders[name].add(order.pk)
                last[name] = max(last.get(name, date.min), self.day(order.completed_at))
        often = [name for name in orders if len(orders[name]) >= 2]
        often.sort(key=lambda name: name.encode())
        return max(often, key=lambda name: (amounts[name], len(orders[name]), last[name]), default=None)

    def bought(self, person: Person, *, by: str, value: str, days: int, figure: str) -> Any:
        found = [
            (order, line)
            for order, line in self.goods(person, days)
            if getattr(line, by) == value or (by == "category" and line.category.startswith(value + "/"))
        ]
        own = [line for order, line in found if order.currency == "CNY"]
        match figure:
            case "amount":
                return sum(line.paid_minor - line.refunded_minor for line in own)
            case "quantity":
                return sum(line.quantity - line.refunded_quantity for _order, line in found)
            case "orders":
                return len({order.pk for order, _line in found})
            case "last_days":
                return min((self.ago(order.completed_at) for order, _line in found), default=None)
        pieces = sum(line.quantity - line.refunded_quantity for line in own)
        return Fraction(sum(line.paid_minor - line.refunded_minor for line in own), pieces) if pieces else None

    def did(self, person: Person, *, event: str, days: int, figure: str, by: str = "", value: str = "") -> Any:
        def told(row: Any) -> str:
            return str(row.attributes.get("category", "")) if by == "category" else str(getattr(row, by))

        found = [
            row
            for row in person.events
            if row.kind == event
            and self.ago(row.occurred_at) < days
            and (not by or told(row) == value or (by == "category" and told(row).startswith(value + "/")))
        ]
        when = {self.ago(row.occurred_at) for row in found}
        return {"count": len(found), "days": len(when), "last_days": min(when, default=None)}[figure]

    # -- rules

    def holds(self, number: int, rule: dict[str, Any], seen: Counter[str]) -> bool:
        """seen: counts "tie" where a value equals a literal of a comparison, "missing" where there is none."""
        ((verb, said),) = rule.items()
        match verb:
            case "and":
                return min([self.holds(number, each, seen) for each in said])
            case "or":
                return max([self.holds(number, each, seen) for each in said])
            case "!":
                return not self.holds(number, said, seen)
            case "has_tag":
                return said in self.people[number].tags
            case "has_child":
                return self.child(self.people[number], said)
            case "missing":
                return self.value(number, said) is None
            case "in":
                found = self.value(number, said[0])
                seen["missing"] += found is None
                return bool(found & set(said[1])) if isinstance(found, set) else found is not None and found in said[1]
        operand, literals = (said[1], [said[0], said[2]]) if len(said) == 3 else (said[0], [said[1]])
        found = self.value(number, operand)
        if found is None:
            seen["missing"] += 1
            return False
        seen["tie"] += found in literals
        if operand.get("var") in ("level", "paid_level"):
            found, literals = RANKS[found], [RANKS[each] for each in literals]
        if len(literals) == 2:
            return bool(literals[0] <= found <= literals[1])
        other = literals[0]
        match verb:
            case "==":
                return bool(found == other)
            case "!=":
                return bool(found != other)
            case "<":
                return bool(found < other)
            case "<=":
                return bool(found <= other)
            case ">":
                return bool(found > other)
        return bool(found >= other)

    def child(self, person: Person, said: dict[str, Any]) -> bool:
        for child in person.children:
            months = (self.on.year - child.birth_month.year) * 12 + self.on.month - child.birth_month.month
            if said["months"][0] <= months <= said["months"][1] and said.get("gender", child.gender) == child.gender:
                return True
        return False
