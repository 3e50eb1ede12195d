"""Whom a call is about: a member in a programme, both within the client's reach. Foreign and missing answer alike."""

from typing import Any, NamedTuple

from core.api.operations import ApiView, Call
from core.api.routes import CODE, ONE_ID
from members import selectors as members_selectors
from members import services as members_services
from members.errors import MemberNotFound
from stores import selectors as stores_selectors
from stores.errors import NotAMember, ProgrammeNotFound

NOT_THERE = (ProgrammeNotFound, MemberNotFound, NotAMember)


class Place(NamedTuple):
    """programme: stores.Programme.  membership_id: of the member in it."""

    programme: Any
    membership_id: int


class MembershipView(ApiView):
    """What hangs on one membership."""

    tag = "growth"
    path_parameters = {"one_id": ONE_ID, "code": ("The programme's code.", CODE)}

    def read(self, call: Call, code: str, one_id: str) -> Place:
        """For an operation that tells something of the member: written down in the access log."""
        programme = stores_selectors.programme_by_code(code, call.scope)
        member = members_services.read_member(one_id=one_id, scope=call.scope, at=call.now, ip=call.ip, request_id=call.request_id)
        return Place(programme, stores_selectors.membership(member.pk, programme.pk).pk)

    def change(self, call: Call, code: str, one_id: str) -> Place:
        """For an operation that writes or reckons."""
        programme = stores_selectors.programme_by_code(code, call.scope)
        member = members_selectors.reachable(one_id, call.scope)
        return Place(programme, stores_selectors.membership(member.pk, programme.pk).pk)


def named(call: Call, code: str, who: str | tuple[str, str, str]) -> Place:
    """Whom a body names, by one_id or by a proved identity."""
    programme = stores_selectors.programme_by_code(code, call.scope)
    keys = {"one_ids": {who}, "identities": set()} if isinstance(who, str) else {"one_ids": set(), "identities": {who}}
    member_id = members_selectors.resolve_many(**keys).get(who)
    if member_id is None or not members_selectors.within(call.scope).filter(pk=member_id).exists():
        raise MemberNotFound(field="member")
    return Place(programme, stores_selectors.membership(member_id, programme.pk).pk)
