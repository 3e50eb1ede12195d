"""What members offer to the member page: profile, timeline, changes and accesses; ways to find a member; values to reveal."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import phones, registry
from core import scope as scopes
from core.backoffice import actors, keyset, timeline
from core.backoffice.panels import PAGE
from core.backoffice.reveal import show
from core.enums import TimelineType
from core.errors import NotFound
from core.masking import FieldClass
from core.permissions import roles_for
from core.registry import Clock, Revealable, SearchKey, Text, TimelineEntry, TimelineSource
from core.scope import Scope
from core.templatetags.guanxi import local
from members import regions, rules, search, selectors
from members.enums import AccessAction, MessageChannel, MessageType, Provider
from members.models import AccessLog, Address, Child, Consent, Identity, Member

FIELD_CLASSES = {  # personal data among the columns that keep a history, and how it is masked there
    "name": FieldClass.NAME,
    "nickname": FieldClass.NAME,
    "receiver": FieldClass.NAME,
    "phone": FieldClass.PHONE,
    "landline": FieldClass.PHONE,
    "email": FieldClass.EMAIL,
    "birthday": FieldClass.BIRTHDAY,
    "street": FieldClass.ADDRESS,
    "external_id": FieldClass.EXTERNAL_ID,
}
CONTACTS = {Provider.PHONE: FieldClass.PHONE, Provider.EMAIL: FieldClass.EMAIL}


def member_within(member_id: int, scope: Scope) -> Member:
    """Raises NotFound for a member who is missing or out of reach."""
    member = scopes.narrow(Member.objects.filter(pk=member_id), scope).first()
    if member is None:
        raise NotFound()
    return member


class ProfilePanel:
    key: str = "profile"
    heading: Text = _("Basic information")
    position: int = 10
    clock: Clock = Clock.HOUSE
    template_name: str = "members/panels/profile.html"
    roles: frozenset[str] = frozenset()

    def context(self, *, subject_id: int, scope: Scope, now: datetime, cursor: str | None, filters: Mapping[str, str]) -> dict[str, Any]:
        member = member_within(subject_id, scope)
        addresses = selectors.ordered_addresses(subject_id)
        percent, missing = rules.completeness(
            {**{name: getattr(member, name) for name in rules.COMPLETENESS_FIELDS if name != "address"}, "address": bool(addresses)}
        )
        office = bool(roles_for("members.member", "change") & scope.roles)
        return {
            "member": member,
            "phone": show(FieldClass.PHONE, phones.national(member.phone), scope, kind="phone"),
            "email": show(FieldClass.EMAIL, member.email, scope, kind="email"),
            "landline": show(FieldClass.PHONE, member.landline, scope, kind="landline"),
            "name": show(FieldClass.NAME, member.name, scope),
            "nickname": show(FieldClass.NAME, member.nickname, scope),
            "birthday": show(FieldClass.BIRTHDAY, member.birthday.isoformat() if member.birthday else "", scope),
            "region": regions.path(member.province_code, member.city_code, member.district_code),
            "inviter": member.inviter.one_id if member.inviter else "",
            "percent": percent,
            "missing": [_member_field_name(name) for name in missing],
            "addresses": [_address(address, scope) for address in addresses],
            "identities": [
                _identity(row, scope) for row in scopes.narrow(Identity.objects.filter(member_id=subject_id), scope).order_by("id")
            ],
            "children": [
                (child, _age_in_months(child, now)) for child in Child.objects.filter(member_id=subject_id).order_by("birth_month")
            ],
            "consents": Consent.objects.filter(member_id=subject_id).order_by("-given_at", "-id")[:PAGE],
            "preferences": _preferences(subject_id),
            "message_types": MessageType.labels,
            "may_change": office,
            "next_cursor": None,
        }


def _member_field_name(name: str) -> Text:
    if name == "address":
        return _("address")
    return Member._meta.get_field(name).verbose_name  # type: ignore[union-attr]


def _age_in_months(child: Child, now: datetime) -> int:
    return rules.months_old(child.birth_month, timezone.localdate(now))


def _address(address: Address, scope: Scope) -> dict[str, Any]:
    return {
        "row": address,
        "receiver": show(FieldClass.NAME, address.receiver, scope),
        "phone": show(FieldClass.PHONE, phones.national(address.phone), scope, kind="address_phone", reference=address.pk),
        "region": " ".join(filter(None, (address.country, regions.path(address.province_code, address.city_code, address.district_code)))),
        "street": show(FieldClass.ADDRESS, address.street, scope, kind="address", reference=address.pk),
    }


def _identity(identity: Identity, scope: Scope) -> dict[str, Any]:
    field_class = CONTACTS.get(Provider(identity.provider), FieldClass.EXTERNAL_ID)
    value = phones.national(identity.external_id) if field_class is FieldClass.PHONE else identity.external_id
    return {"row": identity, "value": show(field_class, value, scope, kind="identity", reference=identity.pk)}


def _preferences(member_id: int) -> list[tuple[Text, list[bool]]]:
    switches = selectors.preferences(member_id)
    return [(channel.label, [switches[(channel.value, message_type)] for message_type in MessageType.values]) for channel in MessageChannel]


class TimelinePanel:
    key: str = "timeline"
    heading: Text = _("Timeline")
    position: int = 90
    clock: Clock = Clock.HOUSE
    template_name: str = "members/panels/timeline.html"
    roles: frozenset[str] = frozenset()

    def context(self, *, subject_id: int, scope: Scope, now: datetime, cursor: str | None, filters: Mapping[str, str]) -> dict[str, Any]:
        entries, last = timeline.page(member_id=subject_id, scope=scope, after=keyset.read(cursor), limit=PAGE)
        return {"entries": entries, "next_cursor": keyset.write(*last) if last else None}


class ChangesPanel:
    key: str = "changes"
    heading: Text = _("Changes")
    position: int = 110
    clock: Clock = Clock.HOUSE
    template_name: str = "members/panels/changes.html"
    roles: frozenset[str] = roles_for("members.mergecase", "view")

    def context(self, *, subject_id: int, scope: Scope, now: datetime, cursor: str | None, filters: Mapping[str, str]) -> dict[str, Any]:
        place = keyset.read(cursor)
        changes = selectors.profile_changes(subject_id, before=place.at if place else None, limit=PAGE * 2)
        whole = [change for change in changes if change.at != changes[-1].at] if len(changes) == PAGE * 2 else changes
        shown = whole or changes  # instants are shown whole, since the next page begins before the last one shown
        who = actors.names(change.actor for change in shown)
        return {
            "changes": [
                {
                    "change": change,
                    "who": who[change.actor],
                    "field": _label(change),
                    "old": _masked(change, change.old, scope),
                    "new": _masked(change, change.new, scope),
                }
                for change in shown
                if change.old or change.new
            ],
            "next_cursor": keyset.write(shown[-1].at, "0") if shown and len(shown) < len(changes) else None,
        }


_PARTS: dict[str, type[Member] | type[Address] | type[Identity]] = {"member": Member, "address": Address, "identity": Identity}


def _label(change: rules.FieldChange) -> Text:
    model = _PARTS[change.part]
    name: Text = _column(change).verbose_name
    return name if model is Member else f"{model._meta.verbose_name} · {name}"


def _column(change: rules.FieldChange) -> Any:
    """The changed column; relations are named without their "_id", so "external" may be external_id."""
    fields = {field.name: field for field in _PARTS[change.part]._meta.concrete_fields}
    return fields.get(change.field) or fields[f"{change.field}_id"]


def _masked(change: rules.FieldChange, value: str, scope: Scope) -> Text:
    """As the caller may read it; codes in words."""
    if not value:
        return ""
    column = _column(change)
    if column.name in FIELD_CLASSES:
        return show(FIELD_CLASSES[column.name], value, scope).text
    if change.field in ("province_code", "city_code", "district_code"):
        found = regions.region(value)
        return found.name if found else value
    if isinstance(column, DateTimeField):
        return local(datetime.fromisoformat(value))
    words: Text = dict(column.flatchoices or ()).get(value, value)
    return words


LOOKED_AT: dict[str, Text] = {"page": _("member page"), "merge_case": _("merge case"), "change": _("form"), "freeze": _("freezing")}


def looked_at(field: str) -> Text:
    """What a line of the access log is about, in words: a part of the page, or a value that was shown whole. Others say it themselves."""
    kind = field.partition(":")[0]
    value = registry.revealable(kind)
    part = next((panel.heading for panel in registry.panels("members.Member") if panel.key == kind), None)
    return LOOKED_AT.get(kind) or (value.label if value else part) or field


class AccessPanel:
    key: str = "access"
    heading: Text = _("Access log")
    position: int = 120
    clock: Clock = Clock.HOUSE
    template_name: str = "members/panels/access.html"
    roles: frozenset[str] = roles_for("members.accesslog", "view")

    def context(self, *, subject_id: int, scope: Scope, now: datetime, cursor: str | None, filters: Mapping[str, str]) -> dict[str, Any]:
        place = keyset.read_numbered(cursor)
        rows = scopes.narrow(AccessLog.objects.filter(member_id=subject_id), scope)
        if place:
            rows = rows.filter(Q(at__lt=place[0]) | Q(at=place[0], id__lt=place[1]))
        found = list(rows.order_by("-at", "-id")[: PAGE + 1])
        who = actors.names(row.actor for row in found)
        shown = found[:PAGE]
        return {
            "rows": [(row, who[row.actor], AccessAction(row.action).label, looked_at(row.field)) for row in shown],
            "next_cursor": keyset.write(shown[-1].at, shown[-1].pk) if len(found) > PAGE else None,
        }


def _timeline(member_id: int, scope: Scope, before: datetime, limit: int) -> Sequence[TimelineEntry]:
    """Joining the platform, and consents given and taken back."""
    member = Member.objects.get(pk=member_id)
    entries = [
        TimelineEntry(
            at=member.registered_at,
            type=TimelineType.REGISTRATION,
            title=_("Became a member"),
            key="member:0",
            channel=member.get_register_channel_display(),
            detail=member.register_source,
        )
    ]
    for consent in Consent.objects.filter(member_id=member_id):
        entries.append(_consent_entry(consent, consent.given_at, _("Gave consent"), "given"))
        if consent.withdrawn_at:
            entries.append(_consent_entry(consent, consent.withdrawn_at, _("Withdrew consent"), "withdrawn"))
    older = sorted((entry for entry in entries if entry.at < before), key=lambda entry: (entry.at, entry.key), reverse=True)
    return older[:limit]


def _consent_entry(consent: Consent, at: datetime, title: Text, what: str) -> TimelineEntry:
    return TimelineEntry(
        at=at,
        type=TimelineType.CONSENT,
        title=title,
        key=f"consent:{consent.pk:012d}:{what}",
        channel=consent.get_channel_display(),
        detail=consent.get_purpose_display(),
    )


def _phone(member_id: int, reference: str, scope: Scope) -> str:
    return phones.national(member_within(member_id, scope).phone)


def _landline(member_id: int, reference: str, scope: Scope) -> str:
    return member_within(member_id, scope).landline


def _email(member_id: int, reference: str, scope: Scope) -> str:
    return member_within(member_id, scope).email


def _address_of(member_id: int, reference: str, scope: Scope) -> Address:
    rows = scopes.narrow(Address.objects.filter(member_id=member_id), scope)
    found = rows.filter(pk=int(reference)).first() if reference.isdecimal() else None
    if found is None:
        raise NotFound()
    return found


def _address_street(member_id: int, reference: str, scope: Scope) -> str:
    address = _address_of(member_id, reference, scope)
    return f"{regions.path(address.province_code, address.city_code, address.district_code)}{address.street}"


def _address_phone(member_id: int, reference: str, scope: Scope) -> str:
    return phones.national(_address_of(member_id, reference, scope).phone)


def _identity_value(member_id: int, reference: str, scope: Scope) -> str:
    rows = scopes.narrow(Identity.objects.filter(member_id=member_id), scope)
    found = rows.filter(pk=int(reference)).first() if reference.isdecimal() else None
    if found is None:
        raise NotFound()
    return phones.national(found.external_id) if found.provider == Provider.PHONE else found.external_id


for _panel in (ProfilePanel(), TimelinePanel(), ChangesPanel(), AccessPanel()):
    registry.add_panel("members.Member", _panel)
for _key in (
    SearchKey("phone", _("phone"), search.by_phone, 10),
    SearchKey("last_four", _("last four digits"), search.by_last_four, 20),
    SearchKey("last_four_and_name", _("last four digits and surname"), search.by_last_four_and_name, 30),
    SearchKey("one_id", _("One-ID"), search.by_one_id, 40),
    SearchKey("email", _("e-mail"), search.by_email, 60),
    SearchKey("external_id", _("card number"), search.by_external_id, 80),
    SearchKey("name", _("name"), search.by_name, 90),
):
    registry.add_search_key(_key)
for _revealable in (
    Revealable("phone", FieldClass.PHONE, _phone, _("phone")),
    Revealable("landline", FieldClass.PHONE, _landline, _("home number")),
    Revealable("email", FieldClass.EMAIL, _email, _("e-mail")),
    Revealable("address", FieldClass.ADDRESS, _address_street, _("address")),
    Revealable("address_phone", FieldClass.PHONE, _address_phone, _("phone of an address")),
    Revealable("identity", FieldClass.EXTERNAL_ID, _identity_value, _("identity")),
):
    registry.add_revealable(_revealable)
registry.add_timeline_source(TimelineSource("members", _timeline))
