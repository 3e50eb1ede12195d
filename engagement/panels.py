"""What campaigns offer to the member page: the timeline (CSL-16)."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.translation import ngettext

from core import registry
from core.enums import TimelineType
from core.permissions import roles_for
from core.registry import Text, TimelineEntry, TimelineSource
from core.scope import Scope
from core.words import listed, with_remark
from engagement.selectors import history
from engagement.selectors.history import Reached
from engagement.selectors.report import GIFTS, result_words
from stores.enums import ClientScope


def _timeline(member_id: int, scope: Scope, before: datetime, limit: int) -> Sequence[TimelineEntry]:
    """Campaigns that reached the member, with what was given and what was not, in every programme the caller reaches."""
    if not roles_for("engagement.campaign", "view") & scope.roles and ClientScope.CAMPAIGNS_READ not in scope.grants:
        return ()
    return [
        TimelineEntry(
            at=each.at,
            type=TimelineType.CAMPAIGN,
            title=f"{each.name} · {each.state.label}",
            key=f"campaign:{each.id:012d}",
            store=each.programme_name,
            detail=listed(_gift(each, gift) for gift in each.results),
            url=reverse("admin:engagement_campaign", args=[each.campaign_id]),
        )
        for each in history.reached(member_id, scope, before=before, limit=limit)
    ]


def _gift(of: Reached, gift: str) -> Text:
    """What was given by its name, what was not with the reason."""
    if not of.has_got(gift):
        return with_remark(GIFTS[gift], result_words(of.results[gift]))
    points = of.points or 0
    named = {
        "coupon": of.coupon_name,
        "points": ngettext("%(points)s point", "%(points)s points", points) % {"points": f"{points:,}"},
        "tag": with_remark(GIFTS["tag"], of.tag_name),
    }
    return named.get(gift, GIFTS[gift])


registry.add_timeline_source(TimelineSource("campaigns", _timeline))
