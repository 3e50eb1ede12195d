"""Registering and finding members, their memberships, summary and portrait; stores and programmes."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core import registry
from core import scope as scopes
from core.api import pages
from core.api.operations import Answer, ApiView, Call, operation
from core.api.routes import CODE, ONE_ID
from core.api.serializers import PageQuery, page_of, warning
from members import selectors as members_selectors
from members import services as members_services
from members.api.shapes import MemberOut, claim_of
from members.api.views import READ, WRITE
from members.enums import STORE_BOUND, AccessAction
from members.errors import ConsentMissing, MemberNotFound
from members.rules import PROFILE_FIELDS, ConsentGiven, Profile
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.api import examples, shapes
from stores.api.filters import MembersOfProgrammeFilters
from stores.enums import ClientScope, ProgrammeKind
from stores.errors import NotAMember, ProgrammeNotFound, StoreNotFound
from stores.models import Membership, Programme, Store

if TYPE_CHECKING:
    from members.models import Member


class MembersView(ApiView):
    """All members within reach."""

    tag = "members"

    @operation(
        "list_members",
        summary="Find members",
        scope=READ,
        query=shapes.MembersQuery,
        answers={200: page_of(MemberOut)},
        refusals=(ProgrammeNotFound,),
    )
    def list(self, call: Call) -> Answer:
        """The latest registered first; `updated_since` finds those who are new or changed. What was searched for is kept as a hash in the
        access log.
        """
        rows = MembersOfProgrammeFilters(call, members_selectors.within(call.scope)).rows()
        found = pages.page(rows, order=("-registered_at", "-id"), query=call.query, of="members")
        members_services.log_access(
            scope=call.scope,
            user_id=None,
            action=AccessAction.SEARCH,
            at=call.now,
            search_text=str(call.query.get("phone") or call.query.get("external_id") or ""),
            hits=len(found.rows),
            ip=call.ip,
            request_id=call.request_id,
        )
        return Answer(found.answer(MemberOut(context={"scope": call.scope}).to_representation))

    @operation(
        "create_member",
        summary="Register a member, or link one",
        scope=WRITE,
        body=shapes.NewMemberIn,
        answers={201: shapes.EnrolledOut, 200: shapes.EnrolledOut},
        creates=True,
        refusals=(StoreNotFound, MemberNotFound, ConsentMissing),
        example=examples.NEW_MEMBER,
    )
    def create(self, call: Call) -> Answer:
        """201 with a new member. 200 with the member whom a proved identity names: the membership of the store is opened.

        Identities count as proved with `verified_at` and the scope `members:assert_verified`. Without, always a new member: where the
        identity is somebody's, people decide later whether both are one. `verified_at` sent without the scope gets a warning.
        """
        said = call.body
        store_id = store_of(call, said.get("store"))
        inviter = members_selectors.reachable(said["inviter"], call.scope).pk if said["inviter"] else None
        enrolment = stores_services.enrol_member(
            store_id=store_id,
            profile=Profile(**{name: said[name] for name in PROFILE_FIELDS if name in said}),
            identities=[claim_of(identity) for identity in said["identities"]],
            consents=[ConsentGiven(**consent) for consent in said["consents"]],
            channel=said["channel"],
            source=said["source"],
            inviter_id=inviter,
            asserts_verified=ClientScope.ASSERT_VERIFIED in call.scope.grants,
            actor=call.actor,
            occurred_at=call.now,
            booked_at=call.now,
        )
        member = members_selectors.member_by_one_id(enrolment.one_id)
        context = {"scope": call.scope}
        body = {
            "one_id": enrolment.one_id,
            "created": enrolment.created,
            "member": MemberOut(member, context=context).data,
            "memberships": _memberships(enrolment.member_id, call),
            "summary": _summary(member, programme_of(call, None), call),
            "warnings": call.warnings + _not_asserted(call),
        }
        return Answer(body, status=201 if enrolment.created else 200)


def _not_asserted(call: Call) -> list[dict[str, str]]:
    """A warning for each identity whose `verified_at` was dropped: the store's own numbers count without the scope."""
    if ClientScope.ASSERT_VERIFIED in call.scope.grants:
        return []
    message = _("This client may not say what is proved (members:assert_verified): the identity counts as not proved.")
    return [
        warning(f"/identities/{place}/verified_at", "not_asserted", message)
        for place, identity in enumerate(call.body["identities"])
        if identity["verified_at"] and identity["provider"] not in STORE_BOUND
    ]


class OneMemberView(ApiView):
    tag = "members"
    path_parameters = {"one_id": ONE_ID}

    @operation(
        "get_summary",
        summary="Read what a storefront shows a member",
        scope=READ,
        query=shapes.ProgrammeQuery,
        answers={200: shapes.SummaryOut},
        refusals=(MemberNotFound, ProgrammeNotFound, NotAMember),
    )
    def summary(self, call: Call, one_id: str) -> Answer:
        """Level, benefits, points and balance in one programme."""
        member = _read(call, one_id)
        programme = _joined(call, member)
        return Answer(_summary(member, programme, call))

    @operation(
        "get_portrait",
        summary="Read everything known of a member",
        scope=READ,
        query=shapes.ProgrammeQuery,
        answers={200: shapes.PortraitOut},
        refusals=(MemberNotFound, ProgrammeNotFound, NotAMember),
    )
    def portrait(self, call: Call, one_id: str) -> Answer:
        """Six parts, as this client may see them."""
        member = _read(call, one_id)
        programme = _joined(call, member)
        return Answer(_parts("portrait", shapes.PORTRAIT_PARTS, member, programme, call))

    @operation("list_memberships", summary="List a member's memberships", scope=READ, answers={200: shapes.MembershipListOut})
    def memberships(self, call: Call, one_id: str) -> Answer:
        """Those of programmes within reach, the platform's first."""
        return Answer({"data": _memberships(_read(call, one_id).pk, call)})


class MembershipView(ApiView):
    tag = "programmes"
    path_parameters = {"one_id": ONE_ID, "code": ("The programme's code.", CODE)}

    @operation(
        "get_membership",
        summary="Read a membership",
        scope=READ,
        answers={200: shapes.MembershipOut},
        refusals=(MemberNotFound, ProgrammeNotFound, NotAMember),
    )
    def retrieve(self, call: Call, code: str, one_id: str) -> Answer:
        """A member in a programme."""
        programme = stores_selectors.programme_by_code(code, call.scope)
        member = _read(call, one_id)
        membership = Membership.objects.filter(member_id=member.pk, programme=programme).select_related("programme", "store").first()
        if membership is None:
            raise NotAMember()
        return Answer(shapes.MembershipOut(membership, context={"scope": call.scope}).data)


class ProgrammesView(ApiView):
    tag = "programmes"

    @operation("list_programmes", summary="List programmes", scope=READ, query=PageQuery, answers={200: page_of(shapes.ProgrammeOut)})
    def list(self, call: Call) -> Answer:
        """Those within reach, by code."""
        found = pages.page(scopes.narrow(Programme.objects.all(), call.scope), order=("code",), query=call.query, of="programmes")
        return Answer(found.answer(shapes.ProgrammeOut().to_representation))


class StoresView(ApiView):
    tag = "stores"

    @operation("list_stores", summary="List stores", scope=READ, query=PageQuery, answers={200: page_of(shapes.StoreOut)})
    def list(self, call: Call) -> Answer:
        """Those within reach, by code."""
        stores = scopes.narrow(Store.objects.select_related("programme"), call.scope)
        found = pages.page(stores, order=("code",), query=call.query, of="stores")
        return Answer(found.answer(shapes.StoreOut().to_representation))


def store_of(call: Call, code: str | None) -> int | None:
    """The store a call is about: the one it names, else the client's own; None for the platform's clients that name none.

    Raises StoreNotFound for a store out of reach.
    """
    return stores_selectors.store_by_code(code, call.scope).pk if code else next(iter(call.scope.store_ids), None)


def _read(call: Call, one_id: str) -> "Member":
    return members_services.read_member(one_id=one_id, scope=call.scope, at=call.now, ip=call.ip, request_id=call.request_id)


def programme_of(call: Call, code: str | None) -> Programme:
    """The programme a call is about: the one it names, else the client's own. Raises ProgrammeNotFound for one out of reach."""
    if code:
        return stores_selectors.programme_by_code(code, call.scope)
    if call.scope.platform:
        return stores_selectors.platform_programme()
    return Programme.objects.get(pk__in=call.scope.programme_ids)


def _joined(call: Call, member: "Member") -> Programme:
    """The programme a call is about, with the member in it: one statement. Raises ProgrammeNotFound, NotAMember."""
    code = call.query.get("programme")
    for membership in stores_selectors.memberships_of(member.pk, call.scope):
        programme = membership.programme
        if programme.code == code if code else not call.scope.platform or programme.kind == ProgrammeKind.PLATFORM:
            return programme
    programme_of(call, code)  # refuses one out of reach
    raise NotAMember()


def _memberships(member_id: int, call: Call) -> list[Mapping[str, Any]]:
    rows = stores_selectors.memberships_of(member_id, call.scope)
    return [shapes.MembershipOut(row, context={"scope": call.scope}).data for row in rows]


def _summary(member: "Member", programme: Programme, call: Call) -> dict[str, Any]:
    parts = _parts("summary", shapes.SUMMARY_PARTS, member, programme, call)
    return {"one_id": member.one_id, "programme": programme.code, **parts}


def _parts(place: str, keys: Sequence[str], member: "Member", programme: Programme, call: Call) -> dict[str, Any]:
    """What the apps offer for this place; null for a part nobody offers."""
    answer: dict[str, Any] = dict.fromkeys(keys)
    for part in registry.parts(place):
        built = part.build(member.pk, call.scope, call.now, programme.pk)
        key, _dot, inner = part.key.partition(".")
        answer |= {key: {**(answer[key] or {}), inner: built}} if inner else {key: built} if key else built
    assert set(answer) == set(keys), f"the schema of {place} does not know {set(answer) - set(keys)}"
    return answer
