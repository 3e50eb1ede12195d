"""Reads of members that others need."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from typing import Any

from django.apps import apps
from django.db.models import Count, F, Model, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from core import scope as scopes
from core.scope import Scope
from members import rules
from members.enums import MemberStatus, MessageChannel, MessageType
from members.errors import MemberNotFound
from members.models import Address, Identity, Member, Preference


def member_by_one_id(one_id: str) -> Member:
    """The member of this id; the survivor when it has been merged (OMN-02). Raises MemberNotFound."""
    member = Member.objects.filter(one_id=one_id).select_related("merged_into").first()
    while member is not None and member.merged_into_id is not None:
        member = member.merged_into
    if member is None:
        raise MemberNotFound()
    return member


def within(scope: Scope) -> QuerySet[Member]:
    """The members a caller reaches."""
    return scopes.narrow(Member.objects.all(), scope)


def reachable(one_id: str, scope: Scope) -> Member:
    """The member of this id, or its survivor, where the caller reaches it. Raises MemberNotFound alike for foreign and missing ones."""
    member = member_by_one_id(one_id)
    if not scopes.narrow(Member.objects.filter(pk=member.pk), scope).exists():
        raise MemberNotFound()
    return member


def resolve_identity(provider: str, scope: str, external_id: str) -> Member | None:
    """Whose verified identity this is (OMN-04)."""
    identity = (
        Identity.objects.filter(provider=provider, scope=scope, external_id=external_id, verified_at__isnull=False)
        .select_related("member")
        .first()
    )
    return member_by_one_id(identity.member.one_id) if identity else None


def resolve_many(*, one_ids: Iterable[str] = (), identities: Iterable[tuple[str, str, str]] = ()) -> dict[str | tuple[str, str, str], int]:
    """Member ids by one_id and by (provider, scope, external_id), in two statements. Unknown ones are missing from the answer.

    Merged members answer with their survivor (one step: merging always points at a survivor).
    """
    found: dict[str | tuple[str, str, str], int] = {}
    wanted_ids, wanted_keys = set(one_ids), set(identities)
    if wanted_ids:
        for member_id, one_id, merged_into in Member.objects.filter(one_id__in=wanted_ids).values_list("id", "one_id", "merged_into_id"):
            found[one_id] = merged_into or member_id
    if wanted_keys:
        rows = Identity.objects.filter(external_id__in={key[2] for key in wanted_keys}, verified_at__isnull=False).values_list(
            "provider", "scope", "external_id", "member_id", "member__merged_into_id"
        )
        for provider, scope, external_id, owner_id, survivor_id in rows:
            if (provider, scope, external_id) in wanted_keys:
                found[(provider, scope, external_id)] = survivor_id or owner_id
    return found


def completeness(member: Member) -> tuple[int, list[str]]:
    """Per cent filled, and what is missing (MEM-26)."""
    values: dict[str, object] = {name: getattr(member, name) for name in rules.COMPLETENESS_FIELDS if name != "address"}
    return rules.completeness({**values, "address": Address.objects.filter(member_id=member.pk).exists()})


def preferences(member_id: int) -> dict[tuple[str, str], bool]:
    """All twenty switches: marketing is off unless switched on, everything else on unless switched off (MEM-18, PRV-06)."""
    switches = {(channel, kind): kind != MessageType.MARKETING for channel in MessageChannel.values for kind in MessageType.values}
    switches.update(
        {(row.channel, row.message_type): row.is_on for row in Preference.objects.filter(member_id=member_id)},
    )
    return switches


def closed_to(member_ids: Sequence[int], message_type: str) -> set[int]:
    """Which of these members want no message of a type on any channel (MEM-18): the gate of core.notices."""
    switched = Preference.objects.filter(member_id__in=member_ids, message_type=message_type)
    if message_type == MessageType.MARKETING:
        return set(member_ids) - set(switched.filter(is_on=True).values_list("member_id", flat=True))
    off = switched.filter(is_on=False).values("member_id").annotate(channels=Count("channel"))
    return set(off.filter(channels=len(MessageChannel)).values_list("member_id", flat=True))


def callable_at(members: QuerySet[Member], moment: time) -> QuerySet[Member]:
    """Those who can be called at this time of their day: active, with a number, within rules.callable_hours (DAT-17)."""
    start, until = Value(rules.HOURS.start), Value(rules.HOURS.until)
    said = members.alias(opens=Coalesce("callable_from", start), closes=Coalesce("callable_until", until))
    as_said = Q(opens__lt=F("closes"), opens__lte=moment, closes__gt=moment)
    as_usual = Q(opens__gte=F("closes")) if rules.HOURS.hold(moment) else Q(pk__in=())
    reachable_by_phone = ~Q(phone="") | ~Q(landline="")
    return said.filter(as_said | as_usual, reachable_by_phone, status=MemberStatus.ACTIVE)


def marketing_opens(member_ids: Sequence[int], moment: datetime) -> dict[int, datetime]:
    """From when on marketing may reach each member: the moment itself, or when their hours begin next. moment: in the programme's zone."""
    rows = Member.objects.filter(pk__in=member_ids).order_by("pk").values_list("pk", "callable_from", "callable_until")
    return {pk: rules.opens_at(rules.marketing_hours(start, until), moment) for pk, start, until in rows}


def ordered_addresses(member_id: int) -> list[Address]:
    """The default first, then the most recently used (MEM-10)."""
    return list(Address.objects.filter(member_id=member_id).order_by("-is_default", F("last_used_at").desc(nulls_last=True), "id"))


def profile_changes(member_id: int, *, before: datetime | None = None, limit: int = 50) -> list[rules.FieldChange]:
    """Who changed what, when, from what to what, newest first (MEM-24). At most `limit` changes of rows, older than `before`."""
    found: list[rules.FieldChange] = []
    for part, model, owner in (("member", Member, "pgh_obj_id"), ("address", Address, "member_id"), ("identity", Identity, "member_id")):
        found += _changes_of(part, model, {owner: member_id}, before, limit)
    return sorted(found, key=lambda change: (change.at, change.sort_key), reverse=True)[:limit]


def _changes_of(part: str, model: type[Model], of: dict[str, int], before: datetime | None, limit: int) -> list[rules.FieldChange]:
    event_model: Any = apps.get_model("members", f"{model.__name__}Event")
    older = Q(pgh_created_at__lt=before) if before else Q()
    events = list(event_model.objects.filter(older, **of).order_by("-pgh_id")[:limit])
    names = [
        field.attname
        for field in event_model._meta.concrete_fields
        if not field.name.startswith("pgh_") and field.name not in ("id", "version")
    ]
    later: dict[int, Any] = {row.pk: row for row in model._default_manager.filter(pk__in={event.pgh_obj_id for event in events})}
    if before:
        for event in event_model.objects.filter(pgh_created_at__gte=before, pgh_obj_id__in=[event.pgh_obj_id for event in events]).order_by(
            "-pgh_id"
        ):
            later[event.pgh_obj_id] = event
    changes = []
    for event in events:
        after = None if event.pgh_label == "delete" else later.get(event.pgh_obj_id)
        context = event.pgh_context or {}
        for name in names:
            old, new = getattr(event, name), getattr(after, name, None)
            if old != new and not (after is None and name in ("member_id", "created_at")):
                changes.append(
                    rules.FieldChange(
                        at=event.pgh_created_at,
                        actor=str(context.get("actor", "")),
                        reason=str(context.get("reason", "")),
                        part=part,
                        field=name.removesuffix("_id"),
                        old="" if old is None else str(old),
                        new="" if new is None else str(new),
                        sort_key=f"{part}:{event.pgh_id:012d}:{name}",
                    )
                )
        later[event.pgh_obj_id] = event
    return changes


def members_by_id(member_ids: Iterable[int]) -> dict[int, Member]:
    """Members by id; unknown ids are left out."""
    return Member.objects.in_bulk(set(member_ids))


def names_of(member_ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """one_id and name by member id."""
    return {pk: (one_id, name) for pk, one_id, name in Member.objects.filter(pk__in=member_ids).values_list("id", "one_id", "name")}


def versions(member_ids: Iterable[int]) -> dict[int, tuple[str, int]]:
    """One-ID and version of each member, by id, in the order of the ids."""
    rows = Member.objects.filter(pk__in=list(member_ids)).order_by("pk").values_list("pk", "one_id", "version")
    return {pk: (one_id, version) for pk, one_id, version in rows}
