"""The guide (导览) on the demo's first page: who is in it and what each of them shows, with a way to their page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import permissions
from core.backoffice import menu
from core.masking import FieldClass, show
from core.scope import Scope, narrow
from demo import shop
from demo.world.parts import PARTS
from members import selectors as members_selectors
from members.enums import Provider
from members.models import Member, MergeCase

Key = tuple[str, str, str]  # provider, scope, external id


@dataclass(frozen=True)
class Line:
    """label: the question in two words.  identity: who it is about.  find: what to type into the search box.  shows: what to look at."""

    label: str | Promise
    name: str
    identity: Key
    find: str
    shows: str | Promise
    about_merging: bool = False


@dataclass(frozen=True)
class Group:
    title: str | Promise
    lines: tuple[Line, ...]


RULES = (  # where what holds for everybody in the guide can be read
    "admin:growth_schemes",
    "admin:growth_rules",
    "admin:growth_rfm",
    "admin:growth_benefits",
    "admin:points_rules",
    "admin:coupons_templates",
    "admin:tags_tags",
)
_PARTS = {part.key: part for part in PARTS}


def _of_cast(key: str, label: Promise, shows: Promise, *, about_merging: bool = False) -> Line:
    part = _PARTS[key]
    return Line(label, part.profile.name, part.identity.key, part.find, shows, about_merging)


def _of_customer(number: str, store: str, label: Promise, shows: Promise) -> Line:
    return Line(label, number, (Provider.STORE_CUSTOMER.value, store, number), number, shows)


GROUPS: tuple[Group, ...] = (
    Group(
        _("The story world: invented people, dates told from today"),
        (
            _of_cast("M1", _("Not shipped"), _("“Why is my order not shipped?” Order O1001, a coat of 199.00, was paid three days ago.")),
            _of_cast("M1", _("Too small"), _("“The clothes I just bought are too small.” Order O1000: a jacket of size M, 299.90.")),
            _of_cast("M1", _("Balance"), _("88.80 left of 500.00 recharged and 411.20 spent, with the moment the wallet last said so.")),
            _of_cast(
                "TWO_STORES",
                _("Two stores"),
                _("A member of 安禾 and of 北巷: each sees its own part, the platform both, app, till and web in one."),
            ),
            _of_cast(
                "CARD6001",
                _("Same person?"),
                _("The till knows card 6001 with 张三's number, which nobody verified: a merge case for a person to decide."),
                about_merging=True,
            ),
            _of_cast("REFUND_REVIEWING", _("Where is my money"), _("One return in review, one refunded, one refund rejected.")),
            _of_cast(
                "EXCHANGE", _("Exchanged"), _("Nappies of size S came too small and were exchanged; somebody else receives his parcels.")
            ),
            _of_cast("TILL_ONLY", _("Only at the shop"), _("Found by till card 6003; everything was paid at the till.")),
            _of_cast("FROZEN", _("Frozen"), _("A frozen account: its orders are still mirrored, nothing is earned or spent.")),
            _of_cast("QUIET", _("No text messages"), _("Switched text messages off; one order awaits payment, one was cancelled.")),
            _of_cast(
                "WALLET",
                _("Out of balance"),
                _("The wallet's figures do not add up, and the page says so. Also paid by points and a coupon."),
            ),
        ),
    ),
    Group(
        _("The story world: growth value and levels"),
        (
            _of_cast("M1", _("Close to 银牌"), _("铜牌 in 安禾 with a growth value of 7,200: 800 are missing.")),
            _of_cast(
                "M2",
                _("About to fall"),
                _("金牌 with 20,150, and no purchase for half a year: look ahead to the month's end on the RFM page, and the level falls."),
            ),
            _of_cast("WORKED_YEAR", _("Fallen"), _("金牌 with 26,000, then no purchase: month by month the growth value sank, to 银牌.")),
            _of_cast(
                "FOUR_RULES",
                _("Four rules"),
                _("Growth value from a login, a purchase, a review and a photo review; a second review was deleted and its 20 taken back."),
            ),
            _of_cast(
                "ELEVENTH", _("The eleventh photo"), _("Ten members had shown this cup before him: his photo review gave no growth value.")
            ),
            _of_cast("PLUS", _("Paid member"), _("Bought the year card: 95 % and five shipping coupons a month, at any level.")),
            _of_cast("STORED_VALUE", _("Stored value"), _("Recharged exactly 1,000.00 and so became a stored-value member.")),
            _of_cast("PLATFORM_SILVER", _("Two levels"), _("银牌 on the platform, by what she bought at 北巷; 普通会员 in 安禾.")),
        ),
    ),
    Group(
        _("The story world: points"),
        (
            _of_cast(
                "M1",
                _("Points ended"),
                _("100 points: a lot of 60 that ends in six weeks and one of 40; 10 have ended. She once held 100, then let go."),
            ),
            _of_cast("M2", _("Spent"), _("Brought 300 points along and spent 120: each redemption names the lots it took.")),
            _of_cast("CARD6001", _("15 points"), _("The till card has 15 points of its own; merged, the two would have 115.")),
            _of_cast("TWO_STORES", _("Points exchanged"), _("250 points of 安禾 became 200 of 北巷, at 100 : 80 in steps of 50.")),
            _of_cast(
                "REFUND_REVIEWING",
                _("Partly back"),
                _("Paid an order with 20 points; a part was refunded, and 7 points came back into their lot."),
            ),
            _of_cast(
                "EXCHANGE",
                _("Reward given back"),
                _("Took a reward for 30 points and cancelled it: they are in their old lot, with its old end."),
            ),
            _of_cast("TILL_ONLY", _("Spent at the till"), _("Earned at the till a point at a time, and paid there with 20.")),
            _of_cast(
                "FROZEN", _("In debt"), _("Spent the points of an order that was then refunded: he owes 15, and what he earns repays them.")
            ),
            _of_cast("QUIET", _("Points held"), _("30 points of 北巷 are set aside for the order she has not paid yet.")),
            _of_cast("WALLET", _("Paid with points"), _("16 points were held for an order and captured when it was paid.")),
            _of_cast(
                "FOUR_RULES",
                _("Points for reviews"),
                _("32 points for an order, more for reviews and a photo; those of the deleted review were taken back."),
            ),
            _of_cast(
                "ELEVENTH",
                _("Points all the same"),
                _("No growth value for the eleventh photo, but points: the ten places count for growth alone."),
            ),
            _of_cast(
                "WORKED_YEAR",
                _("Ending monthly"),
                _("17 points a month for a year; two years later they end month by month, and he is reminded."),
            ),
            _of_cast(
                "PLUS", _("Repaid"), _("Points given by mistake were taken back after she had spent them; her next order repaid them.")
            ),
            _of_cast(
                "STORED_VALUE",
                _("Waits for approval"),
                _("150 points beyond what customer service may give alone: a second person decides."),
            ),
            _of_cast("PLATFORM_SILVER", _("Points mall"), _("Spent 50 points of 北巷 on a coffee; on the platform she has points, too.")),
        ),
    ),
    Group(
        _("The story world: tags, coupons, a campaign"),
        (
            _of_cast(
                "M1",
                _("Noted by hand"),
                _("挑剔客户 was noted by customer service. No run takes it away; the tags beside it come and go by rules."),
            ),
            _of_cast(
                "M1",
                _("My coupon is gone"),
                _("C1, 50 off from 299, could be used for 24 hours after it was received, and they are over: the page says so."),
            ),
            _of_cast(
                "QUIET", _("Coupon set aside"), _("满150减20 of 北巷 is reserved for her unpaid order O1080, and free again without it.")
            ),
            _of_cast(
                "TWO_STORES", _("Wrong shop"), _("线下店满100减15 is for the shop's till alone; the online shop refuses it and says so.")
            ),
            _of_cast(
                "WALLET",
                _("Tag M"),
                _("A child of 12 to 36 months, milk powder at 240 to 360: he has tag M and was meant by its 30-yuan campaign. See why."),
            ),
        ),
    ),
    Group(
        _("Real purchases: customers of a British gift shop under made-up names, dates moved by whole weeks"),
        (
            _of_customer("17841", "UKGIFT", _("Most lines"), _("Nearly 8,000 order lines: the page costs no more than anybody else's.")),
            _of_customer(
                "12346",
                "UKGIFT",
                _("Cancelled at once"),
                _("74,215 storage jars ordered and cancelled sixteen minutes later: bought, sent back, nothing left."),
            ),
            _of_customer(
                "14646",
                "UKGIFT-INTL",
                _("Biggest spender"),
                _("A wholesale customer in the Netherlands; amounts in pounds and, at the fixed rate of 10, in yuan."),
            ),
            _of_customer("14911", "UKGIFT-INTL", _("Most orders"), _("About two hundred orders within a year, from Ireland.")),
            _of_customer(
                "14911",
                "UKGIFT-INTL",
                _("Tags by rules"),
                _("Likes, habits, country: rules give these customers their tags each night, with the reason for each."),
            ),
        ),
    ),
)


def section(scope: Scope, now: datetime) -> Mapping[str, Any] | None:
    """What `demo/guide.html` shows this reader; None before the cast is loaded. Lines about people out of their reach carry no link."""
    keys = {line.identity for group in GROUPS for line in group.lines}
    member_ids = members_selectors.resolve_many(identities=keys)
    if _PARTS["M1"].identity.key not in member_ids:
        return None
    mine = dict(narrow(Member.objects.filter(pk__in=member_ids.values()), scope).values_list("id", "name"))
    groups: list[dict[str, Any]] = [
        {"title": group.title, "lines": [_entry(line, member_ids.get(line.identity), mine, scope) for line in group.lines]}
        for group in GROUPS
        if any(line.identity in member_ids for line in group.lines)
    ]
    return {
        "groups": groups,
        "has_others": any(entry["url"] is None for group in groups for entry in group["lines"]),
        "rules": menu.ways(RULES, scope),
        "shop": reverse("demo-shop") if shop.is_open_to(scope) else None,
        "api_docs": reverse("api-docs"),
        "data_table": reverse("admin:demo-data"),
    }


def _entry(line: Line, member_id: int | None, mine: Mapping[int, str], scope: Scope) -> dict[str, Any]:
    """url: None for people out of the reader's reach."""
    if member_id is None or member_id not in mine:
        return {"line": line, "name": line.name, "url": None}
    return {"line": line, "name": show(FieldClass.NAME, mine[member_id], scope), "url": _url(line, member_id, scope)}


def _url(line: Line, member_id: int, scope: Scope) -> str:
    may_see = permissions.allowed("members.mergecase", "view", scope)
    if (
        line.about_merging
        and may_see
        and (case_id := narrow(MergeCase.objects.filter(second_id=member_id), scope).values_list("id", flat=True).first())
    ):
        return reverse("admin:members_mergecase_change", args=[case_id])
    return reverse("admin:members_member_change", args=[member_id])
