"""Why a growth entry is what it is: in words, with the stored values it was reckoned from (GRW-13, CSL-11, ruling 28)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.money import format_minor
from core.words import signed
from growth.enums import FactorKind, Reason
from growth.models import GrowthEntry, RfmSnapshot
from growth.selectors.level_history import Explanation, Text

_WORDS: Mapping[Reason, Text] = {
    Reason.LOGIN: gettext_lazy("The first login by hand of %(day)s."),
    Reason.PURCHASE: gettext_lazy("Order %(order_no)s: what was paid for goods, times the factor, rounded down."),
    Reason.REVIEW: gettext_lazy("A review of an item of order %(order_no)s was approved."),
    Reason.PHOTO_REVIEW: gettext_lazy("A photo review was approved: place %(place)s of product %(spu)s."),
    Reason.SHARE: gettext_lazy("Shared on %(day)s."),
    Reason.CHECK_IN: gettext_lazy("Checked in on %(day)s."),
    Reason.REFUND: gettext_lazy("Refund on order %(order_no)s: what remains is worth less, the difference is taken back."),
    Reason.REFUND_CANCELLED: gettext_lazy("Order %(order_no)s is worth more again; only what was taken back comes back."),
    Reason.REVIEW_DELETED: gettext_lazy("The review was deleted: what it gave is taken back."),
    Reason.RFM: gettext_lazy("The RFM cycle of %(period)s."),
    Reason.ADJUSTMENT: gettext_lazy("Adjusted by hand."),
    Reason.OPENING: gettext_lazy("The growth value with which counting began here."),
    Reason.CORRECTION: gettext_lazy("A correction."),
    Reason.MERGE: gettext_lazy("Two members were merged."),
}


def snapshots_of(entries: Sequence[GrowthEntry]) -> dict[tuple[int, int], RfmSnapshot]:
    """What the cycles behind many entries found, by cycle and membership: one statement, none without cycles."""
    runs = {entry.rfm_run_id for entry in entries if entry.rfm_run_id}
    accounts = {entry.account_id for entry in entries if entry.rfm_run_id}
    rows = RfmSnapshot.objects.filter(run_id__in=runs, membership_id__in=accounts) if runs else ()
    return {(row.run_id, row.membership_id): row for row in rows}


def explain(entry: GrowthEntry, snapshots: Mapping[tuple[int, int], RfmSnapshot] | None = None) -> Explanation:
    """The entry in the reader's language. `rule__rule_set`, `rfm_run__version`, `reverses` and `account__membership__programme` are best
    selected with it; an entry of an RFM cycle reads its snapshot, one statement more, unless `snapshots_of` many has.
    """
    currency = entry.account.membership.programme.currency
    said = {name: str(entry.details.get(name, "-")) for name in ("day", "order_no", "place", "spu")}
    said["period"] = f"{entry.rfm_run.period_on:%Y-%m}" if entry.rfm_run else "-"
    values: list[tuple[Text, str]] = []
    if entry.rfm_run:
        found = snapshots if snapshots is not None else snapshots_of([entry])
        values += _scores(found.get((entry.rfm_run.pk, entry.account_id)), currency)
    if "parts" in entry.details:
        values += _order(entry.details, currency)
    if "unit_minor" in entry.details:
        values.append((gettext_lazy("price paid for a piece"), format_minor(entry.details["unit_minor"], currency)))
    if entry.details.get("after_sale_no"):
        values.append((gettext_lazy("after-sale"), str(entry.details["after_sale_no"])))
    if entry.reverses:
        values.append((gettext_lazy("takes back"), _("entry %(number)s") % {"number": entry.reverses.account_version}))
    if entry.note:
        values.append((gettext_lazy("reason"), entry.note))
    values.append((gettext_lazy("asked for by the rule"), signed(entry.requested)))
    if entry.applied != entry.requested:
        values.append((gettext_lazy("taken by the balance, which never falls below 0"), signed(entry.applied)))
    return Explanation(_WORDS[Reason(entry.reason)] % said, tuple(values), _rule(entry))


def _rule(entry: GrowthEntry) -> str:
    if entry.rule:
        return _("%(rule)s, version %(number)s") % {"rule": entry.rule.get_code_display(), "number": entry.rule.rule_set.number}
    if entry.rfm_run:
        return _("%(rule)s, version %(number)s") % {"rule": "RFM", "number": entry.rfm_run.version.number}
    return ""


def _order(details: Mapping[str, Any], currency: str) -> list[tuple[Text, str]]:
    """What remained paid for goods by factor, what that is worth, what the order had given before."""
    found: list[tuple[Text, str]] = [
        (gettext_lazy("paid for goods"), f"{format_minor(part['minor'], currency)} × {_factor(part)}") for part in details["parts"]
    ]
    found.append((gettext_lazy("worth"), f"{details['effect']:,}"))
    if details.get("before"):
        found.append((gettext_lazy("given before"), f"{details['before']:,}"))
    return found


def _factor(part: Mapping[str, Any]) -> str:
    """The factor with what it depended on; the usual one alone."""
    if part["kind"] not in FactorKind.values:
        return str(part["factor"])
    return f"{part['factor']} ({FactorKind(part['kind']).label} {part['key']})"


def _scores(snapshot: RfmSnapshot | None, currency: str) -> list[tuple[Text, str]]:
    """What the cycle found; nothing for a correction that has no snapshot of its own."""
    if snapshot is None:
        return []
    never = _("never")
    recency = never if snapshot.r_days is None else str(snapshot.r_days)
    return [
        (gettext_lazy("R: days since the last order"), f"{recency} → {snapshot.r_score}"),
        (gettext_lazy("F: orders"), f"{snapshot.f_count} → {snapshot.f_score}"),
        (gettext_lazy("M: amount"), f"{format_minor(snapshot.m_minor, currency)} → {snapshot.m_score}"),
        (gettext_lazy("value score"), str(Decimal(snapshot.value_milli).scaleb(-3))),
        (gettext_lazy("RFM unit"), f"{snapshot.rfm_unit:,}"),
        (gettext_lazy("bought in the period"), _("yes") if snapshot.bought else _("no")),
        (gettext_lazy("growth by activity in the month"), signed(snapshot.activity_growth)),
        (gettext_lazy("change of the month, activity and RFM"), signed(snapshot.period_change)),
    ]
