"""Where members stand in the menu."""

from django.utils.translation import gettext_lazy

from core.backoffice import menu
from core.backoffice.menu import Entry

menu.add(
    Entry(
        "lookup",
        gettext_lazy("Find a member"),
        "admin:lookup",
        "search",
        10,
        "members.member",
        covers=r"/admin/$|/lookup/|/members/member/\d+/",
    )
)
menu.add(
    Entry(
        "profiles",
        gettext_lazy("All members"),
        "admin:members_member_changelist",
        "groups",
        10,
        "members.member",
        covers=r"/members/member/$",
    )
)
menu.add(Entry("profiles", gettext_lazy("Same person twice?"), "admin:members_mergecase_changelist", "call_merge", 20, "members.mergecase"))
menu.add(Entry("system", gettext_lazy("Who looked at whom"), "admin:members_accesslog_changelist", "visibility", 40, "members.accesslog"))
