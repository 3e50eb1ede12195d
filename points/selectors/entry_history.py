"""Why a points entry is what it is: in words, with the stored values it was reckoned from (PTS-09, PTS-21, CS-3, ruling 28)."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.money import format_minor
from core.words import signed
from growth.selectors.level_history import Explanation, Text
from points.enums import EarnRule, EntryKind, LeftOut, MultiplierKind, Source
from points.models import PointsEntry

RELATED = ("rules", "reverses", "hold__store", "redemption__reward", "account__membership__programme")

_WORDS: Mapping[EntryKind, Text] = {
    EntryKind.EARN: gettext_lazy("Points were given."),
    EntryKind.BONUS: gettext_lazy("Order %(order_no)s: what the multiplier adds to its points, rounded down."),
    EntryKind.GIFT: gettext_lazy("A gift of the level."),
    EntryKind.OPENING: gettext_lazy("The points with which counting began here."),
    EntryKind.ADJUST: gettext_lazy("Adjusted by hand."),
    EntryKind.REDEEM: gettext_lazy("Points were redeemed."),
    EntryKind.EXPIRE: gettext_lazy("The points had not been used when their time was over."),
    EntryKind.REVERSE: gettext_lazy("Points that had been given were taken back."),
    EntryKind.RESTORE: gettext_lazy("Points that had been redeemed came back into the lots they came from."),
    EntryKind.REPAY: gettext_lazy("Points that were owed have been repaid."),
    EntryKind.EXCHANGE_OUT: gettext_lazy("Exchanged for points of %(programme)s."),
    EntryKind.EXCHANGE_IN: gettext_lazy("Received for points of %(programme)s."),
    EntryKind.MERGE: gettext_lazy("Two members were merged."),
}
_OF_RULE: Mapping[EarnRule, Text] = {
    EarnRule.PURCHASE: gettext_lazy("Order %(order_no)s: points for what was paid for goods, rounded down."),
    EarnRule.REVIEW: gettext_lazy("A review of an item of order %(order_no)s was approved."),
    EarnRule.PHOTO_REVIEW: gettext_lazy("The review of an item of order %(order_no)s came with a photo."),
    EarnRule.SHARE: gettext_lazy("Shared on %(day)s."),
    EarnRule.CHECK_IN: gettext_lazy("Checked in on %(day)s."),
    EarnRule.TASK: gettext_lazy("The task “%(task)s” was done."),
}
_OF_ORDERS: Mapping[EntryKind, Text] = {
    EntryKind.REDEEM: gettext_lazy("Order %(order_no)s was paid with points."),
    EntryKind.REVERSE: gettext_lazy("Order %(order_no)s is worth less, by a refund or a change: the difference is taken back."),
    EntryKind.RESTORE: gettext_lazy("Order %(order_no)s was refunded: points that paid for it came back into the lots they came from."),
}
_VALUES: Mapping[str, Text] = {
    "points_per_unit": gettext_lazy("points per yuan"),
    "purchase": gettext_lazy("worth in points"),
    "bonus": gettext_lazy("what the multiplier adds"),
    "cap": gettext_lazy("points of an order at most"),
    "spent": gettext_lazy("points that paid for it"),
    "given_back": gettext_lazy("of these given back, all in all"),
    "after_sale_no": gettext_lazy("after-sale"),
    "programme": gettext_lazy("programme"),
}


def readable(entries: QuerySet[PointsEntry]) -> QuerySet[PointsEntry]:
    """The entries with all that `explain` reads."""
    return entries.select_related(*RELATED)


def explain(entry: PointsEntry) -> Explanation:
    """The entry in the reader's language; asks nothing of an entry read by `readable`."""
    values = _values(entry)
    if entry.reverses:
        values.append((gettext_lazy("belongs to"), _("entry %(number)s") % {"number": entry.reverses.account_version}))
    if entry.note and entry.kind != EntryKind.REDEEM:
        values.append((gettext_lazy("reason"), entry.note))
    if entry.delta != entry.requested:
        values.append((gettext_lazy("asked for"), signed(entry.requested)))
    if entry.owed > 0:
        values.append((gettext_lazy("owed, since the points were spent"), f"{entry.owed:,}"))
    if entry.forgiven:
        values.append((gettext_lazy("not taken, by the rules"), f"{entry.forgiven:,}"))
    return Explanation(words(entry), tuple(values), _rule(entry))


def order_of(entry: PointsEntry) -> tuple[str, str]:
    """Code of the store, where it is known, and number of the order an entry is about; both empty for others."""
    hold = getattr(entry, "hold", None)
    if hold is not None:
        return (hold.store.code if hold.store else "", hold.order_no)
    return (str(entry.details.get("store", "")), str(entry.details.get("order_no", "")))


def words(entry: PointsEntry) -> str:
    """One sentence."""
    kind, hold, redemption = EntryKind(entry.kind), getattr(entry, "hold", None), getattr(entry, "redemption", None)
    said = {name: str(entry.details.get(name, "-")) for name in ("day", "task", "programme")}
    said["order_no"] = order_of(entry)[1] or "-"
    if redemption is not None:
        return _("Redeemed for: %(reward)s.") % {"reward": redemption.reward.name}
    if hold is not None and hold.order_no:
        return _("Order %(order_no)s was paid with points.") % said
    if kind == EntryKind.GIFT and entry.source_type == Source.CAMPAIGN:
        return _("A gift of a campaign.")
    if kind == EntryKind.RESTORE and entry.source_type == "redemption":
        return _("The redemption was cancelled: its points came back into the lots they came from.")
    if kind == EntryKind.REVERSE and entry.source_type == "event":
        return _("The review was deleted: what it gave is taken back.")
    if entry.source_type in ("order", "after_sale") and kind in _OF_ORDERS:
        return str(_OF_ORDERS[kind]) % said
    if kind == EntryKind.EARN and entry.rule in _OF_RULE:
        return str(_OF_RULE[EarnRule(entry.rule)]) % said
    return str(_WORDS[kind]) % said


def _values(entry: PointsEntry) -> list[tuple[Text, str]]:
    """The stored values as people read them."""
    details, currency = entry.details, entry.account.membership.programme.currency
    found: list[tuple[Text, str]] = []
    if "counted_minor" in details:
        found.append((gettext_lazy("paid for goods that count"), format_minor(details["counted_minor"], currency)))
    if "below_minimum" in details:
        found.append((gettext_lazy("less than an order needs"), format_minor(details["below_minimum"], currency)))
    if "ratio_from" in details:
        found.append((gettext_lazy("ratio"), f"{details['ratio_from']:,} : {details['ratio_to']:,}"))
    found += [(label, _text(details[name])) for name, label in _VALUES.items() if details.get(name) not in (None, "")]
    if times := details.get("multiplier"):
        words = f"{MultiplierKind(times['kind']).label} {times['key']}".strip()
        found.append((gettext_lazy("multiplier"), f"{times['factor']} ({words})"))
    for line in details.get("left_out", ()):
        found.append((_("line %(number)s does not count") % {"number": line["line_no"]}, str(LeftOut(line["why"]).label)))
    return found


def _text(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _rule(entry: PointsEntry) -> str:
    if entry.rules is None:
        return ""
    labels = {**dict(EarnRule.choices), **dict(MultiplierKind.choices)}
    name = labels.get(entry.rule) or _("points rules")
    return _("%(rule)s, version %(number)s") % {"rule": name, "number": entry.rules.number}
