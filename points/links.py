"""Where the cause of a points entry is seen in the back office."""

from django.urls import reverse
from django.utils.translation import gettext as _

from growth.links import Cause, member_page
from points.enums import EntryKind
from points.models import PointsEntry

REVERSIBLE = {EntryKind.EARN, EntryKind.BONUS, EntryKind.GIFT, EntryKind.ADJUST, EntryKind.REDEEM}
FOLLOWS = {"order", "after_sale", "hold", "redemption", "exchange"}  # causes that have a way back of their own, or none


def may_be_reversed(entry: PointsEntry) -> bool:
    """Whether an entry is one that people may take back by hand (ruling 15)."""
    return entry.kind in REVERSIBLE and entry.source_type not in FOLLOWS


def of_entry(entry: PointsEntry, member_id: int) -> Cause:
    """The cause of an entry by its kind and number."""
    page, details = member_page(member_id), entry.details
    match entry.source_type:
        case "order":
            return Cause(_("order %(number)s") % {"number": details.get("order_no", entry.source_id)}, f"{page}#orders")
        case "after_sale":
            return Cause(_("after-sale %(number)s") % {"number": details.get("after_sale_no", entry.source_id)}, f"{page}#after-sales")
        case "event":
            return Cause(_("behaviour"), f"{page}#behaviour")
        case "hold":
            number = entry.hold.order_no if hasattr(entry, "hold") else ""
            words = _("order %(number)s") % {"number": number} if number else _("hold %(number)s") % {"number": entry.source_id}
            return Cause(words, f"{page}#orders" if number else "")
        case "redemption":
            named = entry.redemption.reward.name if hasattr(entry, "redemption") else ""
            words = named or _("redemption %(number)s") % {"number": entry.source_id}
            return Cause(words, reverse("admin:points_redemption", args=[entry.source_id]))
        case "exchange":
            return Cause(_("exchange with %(programme)s") % {"programme": details.get("programme", "-")})
        case "level":
            return Cause(_("gift of a level"), f"{page}#level")
        case "campaign":
            return Cause(_("campaign"))
        case "lot":
            return Cause(_("end of a lot"))
        case "staff":
            return Cause(_("by hand"))
        case "import":
            return Cause(_("file"))
        case "opening":
            return Cause(_("brought along"))
        case "debit" | "credit" | "reversal":
            return Cause(_("the shop: %(reference)s") % {"reference": entry.source_id})
    return Cause(entry.source_id)


def note_of(entry: PointsEntry) -> str:
    """The words of an entry, unless its cause says them already."""
    return "" if hasattr(entry, "redemption") else entry.note
