"""Where the cause of a growth entry or of a change of level is seen in the back office."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from growth.models import GrowthEntry


@dataclass(frozen=True)
class Cause:
    """words: what people call it.  url: where it stands; empty where it has no page."""

    words: str
    url: str = ""


def member_page(member_id: int) -> str:
    return reverse("admin:members_member_change", args=[member_id])


def of_entry(entry: GrowthEntry, member_id: int) -> Cause:
    """The cause of a growth entry by its kind and number."""
    page, details = member_page(member_id), entry.details
    match entry.source_type:
        case "order":
            return Cause(_("order %(number)s") % {"number": details.get("order_no", entry.source_id)}, f"{page}#orders")
        case "after_sale":
            return Cause(_("after-sale %(number)s") % {"number": details.get("after_sale_no", entry.source_id)}, f"{page}#after-sales")
        case "event":
            return Cause(_("behaviour"), f"{page}#behaviour")
        case "rfm_run":
            period = f"{entry.rfm_run.period_on:%Y-%m}" if entry.rfm_run else entry.source_id
            return Cause(_("RFM cycle %(period)s") % {"period": period}, f"{reverse('admin:growth_rfm')}#run-{entry.source_id}")
        case "staff":
            return Cause(_("by hand"))
        case "import":
            return Cause(_("file"))
    return Cause("")


def of_source(source: str, member_id: int) -> Cause:
    """The cause of a change of level or of a message: "entry:812", "review:7", "override:3", "subscription:9", "version:4"."""
    kind, _colon, number = source.partition(":")
    page = member_page(member_id)
    match kind:
        case "entry":
            return Cause(_("growth entry"), f"{page}#growth")
        case "level_history":
            return Cause(_("change of level"), f"{page}#level")
        case "review":
            return Cause(_("level review"), f"{reverse('admin:growth_reviews')}?review={number}")
        case "override":
            return Cause(pgettext("approval", "request"), reverse("admin:growth_override", args=[number]))
        case "subscription":
            return Cause(_("subscription"), f"{page}#level")
        case "version":
            return Cause(_("version of the scheme"), reverse("admin:growth_version", args=[number]))
    return Cause("")
