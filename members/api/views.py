"""Members under /members/{one_id}, and what finds them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.api import pages
from core.api.operations import Answer, ApiView, Call, operation
from core.api.routes import KEY, ONE_ID
from core.api.serializers import PageQuery, page_of
from core.backoffice import timeline
from core.backoffice.keyset import Place
from core.errors import InvalidInput, VersionMismatch
from members import regions, selectors
from members import services as members_services
from members.api import examples, shapes
from members.enums import ConsentPurpose
from members.errors import ConsentMissing, IdentityNotFound, IdentityTaken, LastIdentity, MemberNotActive, MemberNotFound, TooManyAddresses
from members.models import Child, Consent, Identity, Member
from members.rules import AddressIn

READ, WRITE, ASSERT = "members:read", "members:write", "members:assert_verified"


class MemberView(ApiView):
    """Everything of one member."""

    tag = "members"
    path_parameters = {"one_id": ONE_ID}

    def read(self, call: Call, one_id: str) -> Member:
        """The member, for an operation that tells something of them."""
        return members_services.read_member(one_id=one_id, scope=call.scope, at=call.now, ip=call.ip, request_id=call.request_id)

    def change(self, call: Call, one_id: str) -> int:
        """The member's id, for an operation that writes."""
        return selectors.reachable(one_id, call.scope).pk


class MemberDetailView(MemberView):
    @operation("get_member", summary="Read a member", scope=READ, answers={200: shapes.MemberOut}, versioned=True)
    def retrieve(self, call: Call, one_id: str) -> Answer:
        """The profile. Every reading is written down in the access log."""
        member = self.read(call, one_id)
        return Answer(_told(shapes.MemberOut, member, call), version=member.version)

    @operation(
        "update_member",
        summary="Change a member's profile",
        scope=WRITE,
        body=shapes.MemberChangesIn,
        answers={200: shapes.MemberChangedOut},
        partial=True,
        conditional=True,
        versioned=True,
        refusals=(VersionMismatch, MemberNotActive, ConsentMissing),
        example=examples.MEMBER_CHANGES,
    )
    def partial_update(self, call: Call, one_id: str) -> Answer:
        """Fields that are left out stay as they are. A changed phone or e-mail is not proved any more: prove it and hand it in as an
        identity. Counts such as `level` are decided here: sent along, they are ignored with a warning.
        """
        changes = dict(call.body)
        version = changes.pop("version", None)
        if version is not None and call.if_match not in (None, version):
            raise InvalidInput(field="version")
        member = members_services.update_profile(
            member_id=self.change(call, one_id),
            changes=changes,
            expected_version=version if version is not None else call.if_match,
            actor=call.actor,
            at=call.now,
        )
        body = {**_told(shapes.MemberOut, member, call), "warnings": call.warnings}
        return Answer(body, version=member.version)


class AddressesView(MemberView):
    path_parameters = {"one_id": ONE_ID, "address_id": ("The address's `id`.", KEY)}

    @operation("list_addresses", summary="List a member's addresses", scope=READ, answers={200: shapes.AddressListOut})
    def list(self, call: Call, one_id: str) -> Answer:
        """The default first, then the most recently used; at most twenty."""
        member = self.read(call, one_id)
        return Answer({"data": [_told(shapes.AddressOut, address, call) for address in selectors.ordered_addresses(member.pk)]})

    @operation(
        "create_address",
        summary="Add an address",
        scope=WRITE,
        body=shapes.AddressChangesIn,
        answers={201: shapes.AddressOut},
        creates=True,
        refusals=(TooManyAddresses,),
        example=examples.ADDRESS,
    )
    def create(self, call: Call, one_id: str) -> Answer:
        """The first address becomes the default; a new default takes the place of the old one."""
        member_id = self.change(call, one_id)
        address = members_services.add_address(member_id=member_id, address=AddressIn(**call.body), actor=call.actor, at=call.now)
        return Answer(_told(shapes.AddressOut, address, call), status=201)

    @operation(
        "replace_address",
        summary="Replace an address",
        scope=WRITE,
        body=shapes.AddressChangesIn,
        answers={200: shapes.AddressOut},
        example=examples.ADDRESS,
    )
    def update(self, call: Call, one_id: str, address_id: int) -> Answer:
        """What is left out becomes empty. The default stays the default until another address is made it."""
        address = members_services.change_address(
            member_id=self.change(call, one_id), address_id=address_id, address=AddressIn(**call.body), actor=call.actor, at=call.now
        )
        return Answer(_told(shapes.AddressOut, address, call))

    @operation("delete_address", summary="Remove an address", scope=WRITE, answers={204: None})
    def destroy(self, call: Call, one_id: str, address_id: int) -> Answer:
        members_services.remove_address(member_id=self.change(call, one_id), address_id=address_id, actor=call.actor, at=call.now)
        return Answer(status=204)


class ChildrenView(MemberView):
    path_parameters = {"one_id": ONE_ID, "child_id": ("The child's `id`.", KEY)}

    @operation("list_children", summary="List a member's children", scope=READ, answers={200: shapes.ChildListOut})
    def list(self, call: Call, one_id: str) -> Answer:
        """Birth month and gender, the eldest first."""
        member = self.read(call, one_id)
        children = Child.objects.filter(member_id=member.pk).order_by("birth_month", "id")
        return Answer({"data": [_told(shapes.ChildOut, child, call) for child in children]})

    @operation(
        "create_child",
        summary="Add a child",
        scope=WRITE,
        body=shapes.ChildIn,
        answers={201: shapes.ChildOut},
        creates=True,
        example=examples.CHILD,
    )
    def create(self, call: Call, one_id: str) -> Answer:
        """Needs the guardian's consent."""
        child = members_services.add_child(member_id=self.change(call, one_id), actor=call.actor, at=call.now, **call.body)
        return Answer(_told(shapes.ChildOut, child, call), status=201)

    @operation("delete_child", summary="Remove a child", scope=WRITE, answers={204: None})
    def destroy(self, call: Call, one_id: str, child_id: int) -> Answer:
        members_services.remove_child(member_id=self.change(call, one_id), child_id=child_id, actor=call.actor, at=call.now)
        return Answer(status=204)


class ConsentsView(MemberView):
    path_parameters = {"one_id": ONE_ID, "purpose": ("What was agreed to.", {"type": "string", "enum": ConsentPurpose.values})}

    @operation("list_consents", summary="List what a member agreed to", scope=READ, answers={200: shapes.ConsentListOut})
    def list(self, call: Call, one_id: str) -> Answer:
        """In force and withdrawn, the latest first."""
        member = self.read(call, one_id)
        consents = Consent.objects.filter(member_id=member.pk).order_by("-given_at", "-id")
        return Answer({"data": [_told(shapes.ConsentOut, consent, call) for consent in consents]})

    @operation(
        "give_consent",
        summary="Record a consent",
        scope=WRITE,
        body=shapes.ConsentGivenIn,
        answers={201: shapes.ConsentOut},
        creates=True,
        example=examples.CONSENT,
    )
    def create(self, call: Call, one_id: str) -> Answer:
        """A newer policy version takes the place of the one in force."""
        consent = members_services.give_consent(member_id=self.change(call, one_id), actor=call.actor, at=call.now, **call.body)
        return Answer(_told(shapes.ConsentOut, consent, call), status=201)

    @operation("withdraw_consent", summary="Withdraw a consent", scope=WRITE, answers={204: None})
    def destroy(self, call: Call, one_id: str, purpose: str) -> Answer:
        """From now on. 404 where none is in force."""
        members_services.withdraw_consent(member_id=self.change(call, one_id), purpose=purpose, actor=call.actor, at=call.now)
        return Answer(status=204)


class IdentitiesView(MemberView):
    path_parameters = {"one_id": ONE_ID, "identity_id": ("The identity's `id`.", KEY)}

    @operation("list_identities", summary="List a member's identities", scope=READ, answers={200: shapes.IdentityListOut})
    def list(self, call: Call, one_id: str) -> Answer:
        """Numbers that other stores gave out are left out."""
        member = self.read(call, one_id)
        identities = Identity.objects.filter(member_id=member.pk).order_by("id")
        if not call.scope.platform:
            identities = identities.filter(scope__in=["", call.caller.store_code])
        return Answer({"data": [_told(shapes.IdentityOut, identity, call) for identity in identities]})

    @operation(
        "link_identity",
        summary="Bind an identity to a member",
        scope=ASSERT,
        body=shapes.IdentityIn,
        answers={201: shapes.IdentityOut},
        creates=True,
        refusals=(IdentityTaken, MemberNotActive),
        example=examples.IDENTITY,
    )
    def create(self, call: Call, one_id: str) -> Answer:
        """A proved phone or e-mail takes the place of the member's old one. 409 where it is another member's."""
        claim = shapes.claim_of(call.body)
        if claim.scope and not (call.scope.platform or claim.scope == call.caller.store_code):
            raise InvalidInput(field="scope")
        identity = members_services.link_identity(member_id=self.change(call, one_id), claim=claim, actor=call.actor, at=call.now)
        return Answer(_told(shapes.IdentityOut, identity, call), status=201)

    @operation(
        "unlink_identity",
        summary="Take an identity away",
        scope=ASSERT,
        answers={204: None},
        refusals=(IdentityNotFound, LastIdentity, MemberNotActive),
    )
    def destroy(self, call: Call, one_id: str, identity_id: int) -> Answer:
        """The last proved one stays (400). 404 `identity_not_found` for one that is not the member's, or a number of another store."""
        members_services.unlink_identity(
            member_id=self.change(call, one_id),
            identity_id=identity_id,
            store_code=None if call.scope.platform else call.caller.store_code,
            actor=call.actor,
            at=call.now,
        )
        return Answer(status=204)


class PreferencesView(MemberView):
    @operation("get_preferences", summary="Read what a member wants to hear", scope=READ, answers={200: shapes.PreferencesOut})
    def retrieve(self, call: Call, one_id: str) -> Answer:
        """Five channels by four types of message. Marketing is off until it is switched on."""
        return _switches(self.read(call, one_id).pk)

    @operation(
        "set_preferences",
        summary="Set what a member wants to hear",
        scope=WRITE,
        body=shapes.PreferencesIn,
        answers={200: shapes.PreferencesOut},
        example=examples.PREFERENCES,
    )
    def update(self, call: Call, one_id: str) -> Answer:
        """Switches that are left out stay as they are."""
        member_id = self.change(call, one_id)
        switches = {(switch["channel"], switch["message_type"]): switch["is_on"] for switch in call.body["switches"]}
        members_services.set_preferences(member_id=member_id, switches=switches, actor=call.actor, at=call.now)
        return _switches(member_id)


class TimelineView(MemberView):
    @operation(
        "list_timeline", summary="Read a member's timeline", scope=READ, query=PageQuery, answers={200: page_of(shapes.TimelineEntryOut)}
    )
    def list(self, call: Call, one_id: str) -> Answer:
        """Everything that happened in all channels, the latest first. Left out is what the client has no scope to read: orders
        (`orders:read`), behaviour (`events:read`), points, coupons, tags and campaigns (`points:read` and so on)."""
        member = self.read(call, one_id)
        name = f"timeline:{member.pk}"
        place = pages.place_of(call.query, of=name)
        after = Place(datetime.fromisoformat(place[0]), place[1]) if place else None
        entries, last = timeline.page(member_id=member.pk, scope=call.scope, after=after, limit=call.query["limit"])
        next_cursor = pages.cursor_at([last.at.isoformat(), last.key], call.query, of=name) if last else None
        return Answer({"data": [shapes.TimelineEntryOut(entry).data for entry in entries], "next_cursor": next_cursor})


class ResolveView(ApiView):
    tag = "members"

    @operation(
        "resolve_identity",
        summary="Find a member by an identity",
        scope=READ,
        body=shapes.IdentityQueryIn,
        answers={200: shapes.ResolvedOut},
        refusals=(MemberNotFound,),
        example=examples.RESOLVE,
    )
    def resolve(self, call: Call) -> Answer:
        """By a proved identity; a POST, so that no phone number stands in an address or a log. Changes nothing."""
        member = selectors.resolve_identity(**call.body)
        if member is None:
            raise MemberNotFound()
        return Answer({"one_id": selectors.reachable(member.one_id, call.scope).one_id})


class RegionsView(ApiView):
    tag = "regions"

    @operation("list_regions", summary="List regions", scope=READ, query=shapes.RegionQuery, answers={200: shapes.RegionListOut})
    def list(self, call: Call) -> Answer:
        """The provinces, or what lies directly under a region: for pickers of province, city and district."""
        found = regions.children(call.query.get("parent", ""))
        return Answer({"data": [shapes.RegionOut(region).data for region in found]})


def _told(shape: type[Any], row: Any, call: Call) -> Mapping[str, Any]:
    told: Mapping[str, Any] = shape(row, context={"scope": call.scope, "store_code": call.caller.store_code}).data
    return told


def _switches(member_id: int) -> Answer:
    switches = selectors.preferences(member_id)
    return Answer({"switches": [{"channel": channel, "message_type": kind, "is_on": on} for (channel, kind), on in switches.items()]})
