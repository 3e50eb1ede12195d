"""Many people at once, set-based: the road of `register_member` for thousands, one transaction for all of them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime

from django.db import transaction

from core import events
from core.enums import Origin
from core.errors import InvalidInput
from core.history import because
from members import regions
from members.enums import MergeReason, Provider
from members.events import MembersRegistered
from members.models import Address, Child, Consent, Identity, Member, Preference
from members.rules import ADDRESSES_AT_MOST, AddressIn, ConsentGiven, IdentityClaim, Profile
from members.services.changes import note_change
from members.services.merging import open_merge_cases
from members.services.registration import Registration, check_birthday, identities_of, lock_claims, new_one_id

NEWCOMERS_AT_MOST = 5_000  # a transaction; the caller cuts larger lists


@dataclass(frozen=True)
class ChildIn:
    """birth_month: the first day of the month.  guardian_consent_at: when the guardian agreed."""

    birth_month: date
    gender: str
    guardian_consent_at: datetime


@dataclass(frozen=True)
class Newcomer:
    """One person with all that is known at once. Claims with `verified_at` are taken as proven, as in `register_member`.

    addresses: the first one becomes the default unless another says so.  switches: message preferences that differ from the defaults.
    """

    profile: Profile
    identities: Sequence[IdentityClaim]
    registered_at: datetime
    channel: str
    consents: Sequence[ConsentGiven] = ()
    addresses: Sequence[AddressIn] = ()
    children: Sequence[ChildIn] = ()
    switches: Sequence[tuple[str, str, bool]] = ()
    is_synthetic: bool = False


@transaction.atomic
def register_many(
    *, newcomers: Sequence[Newcomer], source: str, actor: str, booked_at: datetime, origin: Origin = Origin.BACKFILL
) -> list[Registration]:
    """Make members of all who are not known by a verified claim, in the order given; known ones are answered and left as they are.

    A newcomer without a verified claim is new every time. Two newcomers with the same verified claim are refused (InvalidInput), as are
    unknown regions and impossible birthdays: the whole batch is written or none of it. Unverified claims equal to somebody's verified ones
    become merge cases.
    """
    assert len(newcomers) <= NEWCOMERS_AT_MOST, f"{len(newcomers)} newcomers in one transaction"
    keys = [claim.key for newcomer in newcomers for claim in newcomer.identities if claim.verified_at]
    if len(keys) != len(set(keys)):
        raise InvalidInput(field="identities")
    for newcomer in newcomers:
        _check(newcomer, booked_at)
    lock_claims(keys)
    owners = _owners(keys)
    known = [
        next((owners[claim.key] for claim in said.identities if claim.verified_at and claim.key in owners), None) for said in newcomers
    ]
    fresh = [newcomer for newcomer, owner in zip(newcomers, known, strict=True) if owner is None]
    made = Member.objects.bulk_create([_member(newcomer, source, booked_at) for newcomer in fresh], batch_size=1_000)
    _keep_belongings(fresh, made, booked_at)
    cases = _weak_matches(fresh, made, source or actor, booked_at)
    if made:
        events.publish(MembersRegistered(member_ids=tuple(member.pk for member in made), origin=origin, booked_at=booked_at))
    remaining = iter(made)
    return [Registration(*owner, False, ()) if owner else _as_answer(next(remaining), cases) for owner in known]


@transaction.atomic
def link_many(*, claims: Sequence[tuple[int, IdentityClaim]], actor: str, at: datetime, origin: Origin = Origin.BACKFILL) -> int:
    """Give members (id, claim) the proven identities that nobody has yet, and the phone among them as a contact they lack.

    A claim somebody holds is passed over: whose it is has been judged by the caller. Answers how many are new.
    """
    proven = [(member_id, claim) for member_id, claim in claims if claim.verified_at]
    lock_claims([claim.key for _member_id, claim in proven])
    held = _owners([claim.key for _member_id, claim in proven])
    new = {claim.key: (member_id, claim) for member_id, claim in reversed(proven) if claim.key not in held}
    Identity.objects.bulk_create(
        [row for member_id, claim in new.values() for row in identities_of(member_id, [claim], at)],
        batch_size=1_000,
        ignore_conflicts=True,
    )
    phones = {member_id: claim for member_id, claim in new.values() if claim.provider == Provider.PHONE}
    with because(actor=actor, at=at):
        for member in Member.objects.select_for_update(of=("self",)).filter(pk__in=phones, phone_verified_at=None).order_by("pk"):
            claim = phones[member.pk]
            if member.phone in ("", claim.external_id):
                member.phone, member.phone_verified_at = claim.external_id, claim.verified_at
                member.save(update_fields=["phone", "phone_verified_at"])
    if new:
        note_change(member_ids=sorted({member_id for member_id, _claim in new.values()}), parts=("identities",), at=at, origin=origin)
    return len(new)


def _as_answer(member: Member, cases: dict[int, list[int]]) -> Registration:
    return Registration(member.pk, member.one_id, True, tuple(cases.get(member.pk, ())))


def _check(newcomer: Newcomer, at: datetime) -> None:
    check_birthday(newcomer.profile.birthday, at)
    regions.check(newcomer.profile.province_code, newcomer.profile.city_code, newcomer.profile.district_code)
    for address in newcomer.addresses:
        regions.check(address.province_code, address.city_code, address.district_code)
    if len(newcomer.addresses) > ADDRESSES_AT_MOST or sum(address.is_default for address in newcomer.addresses) > 1:
        raise InvalidInput(field="addresses")
    if not newcomer.identities and not newcomer.profile.name:
        raise InvalidInput(field="identities")


def _owners(keys: Sequence[tuple[str, str, str]]) -> dict[tuple[str, str, str], tuple[int, str]]:
    """Member id and one_id by verified claim; a merged member answers with the survivor."""
    wanted = set(keys)
    rows = (
        Identity.objects.filter(external_id__in={key[2] for key in wanted}, verified_at__isnull=False)
        .select_related("member__merged_into")
        .only("provider", "scope", "external_id", "member__one_id", "member__merged_into__one_id")
    )
    found = {}
    for row in rows:
        if (key := (row.provider, row.scope, row.external_id)) in wanted:
            member = row.member.merged_into or row.member
            found[key] = (member.pk, member.one_id)
    return found


def _member(newcomer: Newcomer, source: str, booked_at: datetime) -> Member:
    def contact(provider: Provider, said: str) -> tuple[str, datetime | None]:
        claim = next((claim for claim in newcomer.identities if claim.provider == provider), None)
        return (claim.external_id, claim.verified_at) if claim else (said, None)

    phone, phone_verified_at = contact(Provider.PHONE, newcomer.profile.phone)
    email, email_verified_at = contact(Provider.EMAIL, newcomer.profile.email.lower())
    return Member(
        **asdict(replace(newcomer.profile, phone=phone, email=email)),
        phone_verified_at=phone_verified_at,
        email_verified_at=email_verified_at,
        one_id=new_one_id(),
        registered_at=newcomer.registered_at,
        updated_at=booked_at,
        register_channel=newcomer.channel,
        register_source=source,
        is_synthetic=newcomer.is_synthetic,
    )


def _keep_belongings(newcomers: Sequence[Newcomer], members: Sequence[Member], booked_at: datetime) -> None:
    pairs = list(zip(newcomers, members, strict=True))
    Identity.objects.bulk_create(
        [row for newcomer, member in pairs for row in identities_of(member.pk, newcomer.identities, booked_at)],
        batch_size=1_000,
    )
    Consent.objects.bulk_create(
        [
            Consent(
                member=member,
                purpose=given.purpose,
                policy_version=given.policy_version,
                channel=newcomer.channel,
                given_at=newcomer.registered_at,
            )
            for newcomer, member in pairs
            for given in newcomer.consents
        ],
        batch_size=1_000,
    )
    Address.objects.bulk_create(
        [
            Address(member=member, created_at=newcomer.registered_at, **{**asdict(address), "is_default": is_default})
            for newcomer, member in pairs
            for address, is_default in zip(newcomer.addresses, _defaults(newcomer.addresses), strict=True)
        ],
        batch_size=1_000,
    )
    Child.objects.bulk_create(
        [
            Child(
                member=member,
                birth_month=child.birth_month.replace(day=1),
                gender=child.gender,
                guardian_consent_at=child.guardian_consent_at,
                created_at=child.guardian_consent_at,
            )
            for newcomer, member in pairs
            for child in newcomer.children
        ],
        batch_size=1_000,
    )
    Preference.objects.bulk_create(
        [
            Preference(member=member, channel=channel, message_type=kind, is_on=is_on, changed_at=newcomer.registered_at)
            for newcomer, member in pairs
            for channel, kind, is_on in newcomer.switches
        ],
        batch_size=1_000,
    )


def _defaults(addresses: Sequence[AddressIn]) -> list[bool]:
    said = [address.is_default for address in addresses]
    return said if any(said) else [position == 0 for position in range(len(said))]


def _weak_matches(newcomers: Sequence[Newcomer], members: Sequence[Member], source: str, at: datetime) -> dict[int, list[int]]:
    """Merge cases by new member's id: unverified claims, phone and e-mail among them, that are somebody's verified ones."""
    claimed: dict[tuple[str, str, str], list[int]] = {}
    for newcomer, member in zip(newcomers, members, strict=True):
        unverified = {claim.key for claim in newcomer.identities if not claim.verified_at}
        if member.phone and not member.phone_verified_at:
            unverified.add((Provider.PHONE.value, "", member.phone))
        if member.email and not member.email_verified_at:
            unverified.add((Provider.EMAIL.value, "", member.email))
        for key in unverified:
            claimed.setdefault(key, []).append(member.pk)
    cases: dict[int, list[int]] = {}
    for key, (owner_id, _one_id) in sorted(_owners(list(claimed)).items()):
        reason = MergeReason.UNVERIFIED_PHONE if key[0] == Provider.PHONE else MergeReason.IDENTITY_OF_ANOTHER
        for member_id in claimed[key]:
            opened = open_merge_cases(pairs=[(member_id, owner_id)], reason=reason, evidence={"provider": key[0], "source": source}, at=at)
            cases.setdefault(member_id, []).extend(opened)
    return cases
