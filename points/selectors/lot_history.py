"""An entry's lots in words: the one it made, those it took from or gave back to, with their ends (CS-3, CSL-14)."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.words import signed
from growth.selectors.level_history import Explanation, Text
from points.models import PointsLot
from points.selectors import entry_history
from points.selectors.member_page import Line


def explain(line: Line) -> Explanation:
    """Why the entry is what it is, with its lots. Asks nothing of what `member_page.entries` and `lines` have read."""
    why = entry_history.explain(line.entry)
    zone = ZoneInfo(line.entry.account.membership.programme.time_zone)
    return Explanation(why.words, (*why.values, *_lots(line, zone)), why.rule)


def _lots(line: Line, zone: ZoneInfo) -> list[tuple[Text, str]]:
    found: list[tuple[Text, str]] = []
    if line.made:
        found.append((gettext_lazy("makes a lot"), _lot(line.made, zone, line.made.amount)))
        if line.made.available_from > line.made.earned_at:
            found.append((gettext_lazy("can be spent from"), f"{line.made.available_from.astimezone(zone):%Y-%m-%d %H:%M}"))
    for move in line.moves:
        label = gettext_lazy("takes from the lot") if move.delta < 0 else gettext_lazy("gives back to the lot")
        words = _lot(move.lot, zone, move.delta)
        found.append((label, f"{words} ({_('instead of one that was spent')})" if move.instead_of_id else words))
    return found


def _lot(lot: PointsLot, zone: ZoneInfo, points: int) -> str:
    """`−10 of 2022-05-10, valid through 2024-05-10`."""
    said = {"points": signed(points), "earned": f"{lot.earned_at.astimezone(zone):%Y-%m-%d}"}
    if lot.ends_at is None:
        return _("%(points)s of %(earned)s, without end") % said
    last = (lot.ends_at - timedelta(microseconds=1)).astimezone(zone)
    return _("%(points)s of %(earned)s, valid through %(end)s") % {**said, "end": f"{last:%Y-%m-%d}"}
