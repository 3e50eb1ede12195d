"""Becoming a member (REG-01..14, ruling 16). Safe side by side: claims are locked before they are looked up."""

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import events
from core.enums import Origin
from core.errors import InvalidInput
from core.history import because
from members import regions
from members.enums import MergeReason, Provider
from members.events import MembersRegistered
from members.models import Consent, Identity, Member
from members.rules import CLOCKS_APART, ConsentGiven, IdentityClaim, Profile, is_birthday
from members.services.changes import note_change
from members.services.merging import open_merge_cases

CLAIM_LOCK_CLASS = 7304  # first key of the advisory locks that hold identities
CLAIM_LOCKS = 4096  # a stock server has room for 6,400 locks in all
_CONTACTS = (Provider.PHONE, Provider.EMAIL)


@dataclass(frozen=True)
class Registration:
    """created: False when a verified claim led to a member who was there before."""

    member_id: int
    one_id: str
    created: bool
    merge_case_ids: tuple[int, ...]


@transaction.atomic
def register_member(
    *,
    profile: Profile,
    identities: Sequence[IdentityClaim],
    consents: Sequence[ConsentGiven] = (),
    channel: str,
    source: str = "",
    inviter_id: int | None = None,
    actor: str,
    occurred_at: datetime,
    booked_at: datetime,
    origin: Origin = Origin.LIVE,
) -> Registration:
    """Make a member, or find the one that a verified claim names.

    Claims with `verified_at` are taken as proven: the caller has checked that the claimant may assert them. A claim without it never
    links: where it equals somebody's verified identity, both members become a merge case and the answer reveals nothing.
    Raises InvalidInput for an unknown region, an impossible birthday and a proof more than a day ahead of `booked_at`. Called again with
    the same verified claim it answers the same member, created False.
    """
    regions.check(profile.province_code, profile.city_code, profile.district_code)
    check_birthday(profile.birthday, booked_at)
    for place, claim in enumerate(identities):
        check_proof(claim, booked_at, field=f"identities.{place}.verified_at")
    claims = _with_contacts(profile, identities)
    verified = sorted((claim for claim in claims if claim.verified_at), key=lambda claim: claim.key)
    lock_claims([claim.key for claim in verified])
    owners = _owners(verified)
    if owners:
        member = Member.objects.select_for_update(of=("self",)).get(pk=owners[0])
        if member.merged_into_id:
            member = Member.objects.select_for_update(of=("self",)).get(pk=member.merged_into_id)
        cases = open_merge_cases(
            pairs=[(member.pk, other) for other in owners[1:]],
            reason=MergeReason.IDENTITY_OF_ANOTHER,
            evidence={"source": source or actor},
            at=booked_at,
        )
        with because(actor=actor, at=booked_at, channel=channel):
            adopted = _adopt_contacts(member, verified)
        if _keep_claims(member, verified, at=booked_at) or adopted:
            note_change(member_ids=[member.pk], parts=("identities",), at=booked_at, origin=origin)
        _keep_consents(member.pk, consents, channel, occurred_at)
        return Registration(member.pk, member.one_id, False, tuple(cases))
    member = _make(profile, claims, channel, source, inviter_id, occurred_at, booked_at)
    _keep_claims(member, claims, at=booked_at)
    _keep_consents(member.pk, consents, channel, occurred_at)
    cases = _weak_matches(member, claims, source or actor, booked_at)
    events.publish(MembersRegistered(member_ids=(member.pk,), origin=origin, booked_at=booked_at))
    return Registration(member.pk, member.one_id, True, tuple(cases))


def check_proof(claim: IdentityClaim, booked_at: datetime, *, field: str) -> None:
    """Raises InvalidInput for one that was proved more than a day after the door's clock."""
    if claim.verified_at is not None and claim.verified_at > booked_at + CLOCKS_APART:
        raise InvalidInput(_("The time lies in the future."), field=field)


def new_one_id() -> str:
    """Opaque, 122 random bits, never reused."""
    return f"mem_{uuid.uuid4().hex}"


def identities_of(member_id: int, claims: Iterable[IdentityClaim], at: datetime) -> list[Identity]:
    """Rows to write for the claims, each once. An unverified phone or e-mail stays a contact field (ruling 16)."""
    return [
        Identity(
            member_id=member_id,
            provider=claim.provider,
            scope=claim.scope,
            external_id=claim.external_id,
            verified_at=claim.verified_at,
            created_at=at,
        )
        for claim in dict.fromkeys(claims)
        if claim.verified_at or claim.provider not in _CONTACTS
    ]


def lock_claims(keys: Iterable[tuple[str, str, str]]) -> None:
    """Hold these identities until the transaction ends, whether or not they exist yet: a lock needs no row.

    Identities share a bounded number of locks, so that no list of people fills the server's lock table; they are taken in one order.
    Whoever takes more than one list in a transaction locks them all at once first.
    """
    places = sorted({_claim_lock(key) for key in keys})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, place) FROM unnest(%s::integer[]) AS given (place) ORDER BY place",
            [CLAIM_LOCK_CLASS, places],
        )


def _claim_lock(key: tuple[str, str, str]) -> int:
    """Which of the locks stands for an identity."""
    return int.from_bytes(hashlib.blake2b("\x1f".join(key).encode(), digest_size=8).digest(), "big") % CLAIM_LOCKS


def _with_contacts(profile: Profile, identities: Sequence[IdentityClaim]) -> list[IdentityClaim]:
    """The claims, with the profile's phone and e-mail as unverified ones unless they are claimed already."""
    claims = list(dict.fromkeys(identities))
    said = {claim.key[0::2] for claim in claims}
    for provider, value in ((Provider.PHONE, profile.phone), (Provider.EMAIL, profile.email.lower())):
        if value and (provider.value, value) not in said:
            claims.append(IdentityClaim(provider=provider.value, external_id=value))
    if not claims and not profile.name:
        raise InvalidInput(field="identities")
    return claims


def check_birthday(day: date | None, at: datetime) -> None:
    """Raises InvalidInput for a birthday that nobody can have at the local day of `at`."""
    if day is not None and not is_birthday(day, timezone.localdate(at)):
        raise InvalidInput(_("This is not a birthday."), field="birthday")


def _owners(verified: Sequence[IdentityClaim]) -> list[int]:
    """Members of verified claims: phone first, then unionid, then the rest."""
    rows = Identity.objects.filter(external_id__in=[claim.external_id for claim in verified], verified_at__isnull=False).values_list(
        "provider", "scope", "external_id", "member_id"
    )
    strength = {Provider.PHONE.value: 0, Provider.WECHAT_UNIONID.value: 1}
    keys = {claim.key for claim in verified}
    found = sorted((strength.get(row[0], 2), row[3]) for row in rows if row[:3] in keys)
    return list(dict.fromkeys(member_id for _strength, member_id in found))


def _make(
    profile: Profile,
    claims: Sequence[IdentityClaim],
    channel: str,
    source: str,
    inviter_id: int | None,
    occurred_at: datetime,
    booked_at: datetime,
) -> Member:
    # a proven contact comes before one that was only said
    contact = {claim.provider: claim for claim in sorted(claims, key=lambda claim: claim.verified_at is not None)}
    phone, email = contact.get(Provider.PHONE), contact.get(Provider.EMAIL)
    return Member.objects.create(
        **asdict(replace(profile, phone=phone.external_id if phone else "", email=email.external_id if email else "")),
        phone_verified_at=phone.verified_at if phone else None,
        email_verified_at=email.verified_at if email else None,
        one_id=new_one_id(),
        registered_at=occurred_at,
        updated_at=booked_at,
        register_channel=channel,
        register_source=source,
        inviter_id=inviter_id,
    )


def _keep_claims(member: Member, claims: Sequence[IdentityClaim], *, at: datetime) -> bool:
    """Identities of the claims that nobody holds. True if one is new."""
    rows = identities_of(member.pk, claims, at)
    taken = Identity.objects.filter(Q(member=member) | Q(verified_at__isnull=False), external_id__in=[row.external_id for row in rows])
    known = set(taken.values_list("provider", "scope", "external_id"))
    new = [row for row in rows if (row.provider, row.scope, row.external_id) not in known]
    Identity.objects.bulk_create(new)
    return bool(new)


def _adopt_contacts(member: Member, claims: Sequence[IdentityClaim]) -> bool:
    """A member without a proven phone or e-mail takes the one just proven; the member's own is never overwritten. True if one is taken."""
    changed = []
    for claim in claims:
        if claim.provider not in _CONTACTS:
            continue
        value_field, time_field = str(claim.provider), f"{claim.provider}_verified_at"
        if getattr(member, value_field) in ("", claim.external_id) and not getattr(member, time_field):
            setattr(member, value_field, claim.external_id)
            setattr(member, time_field, claim.verified_at)
            changed += [value_field, time_field]
    if changed:
        member.save(update_fields=changed)
    return bool(changed)


def _keep_consents(member_id: int, consents: Sequence[ConsentGiven], channel: str, at: datetime) -> None:
    Consent.objects.bulk_create(
        [
            Consent(member_id=member_id, purpose=given.purpose, policy_version=given.policy_version, channel=channel, given_at=at)
            for given in consents
        ],
        ignore_conflicts=True,
    )


def _weak_matches(member: Member, claims: Sequence[IdentityClaim], source: str, at: datetime) -> list[int]:
    """Cases for unverified claims that equal somebody's verified identity."""
    unverified = {claim.key for claim in claims if not claim.verified_at}
    rows = (
        Identity.objects.filter(external_id__in={key[2] for key in unverified}, verified_at__isnull=False)
        .exclude(member=member)
        .values_list("provider", "scope", "external_id", "member_id")
    )
    cases: list[int] = []
    for provider, scope, external_id, owner_id in rows:
        if (provider, scope, external_id) in unverified:
            reason = MergeReason.UNVERIFIED_PHONE if provider == Provider.PHONE else MergeReason.IDENTITY_OF_ANOTHER
            cases += open_merge_cases(
                pairs=[(member.pk, owner_id)], reason=reason, evidence={"provider": provider, "source": source}, at=at
            )
    return cases
