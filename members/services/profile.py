"""Changing who a member is: profile fields, identities, frozen or not. Each change raises the version and leaves history (MEM-24)."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core import reasons
from core.errors import InvalidInput, VersionMismatch
from core.history import because
from members import regions
from members.enums import ConsentPurpose, MaritalStatus, MemberStatus, Provider
from members.errors import ConsentMissing, IdentityNotFound, IdentityTaken, LastIdentity, MemberNotActive, MemberNotFound
from members.models import Consent, Identity, Member
from members.rules import PROFILE_FIELDS, IdentityClaim
from members.services.changes import announce
from members.services.registration import check_birthday, check_proof, lock_claims


@transaction.atomic
def update_profile(
    *,
    member_id: int,
    changes: Mapping[str, object],
    expected_version: int | None = None,
    actor: str,
    at: datetime,
    reason: str = "",
    channel: str = "",
) -> Member:
    """Change fields named in rules.PROFILE_FIELDS; a field that keeps its value is no change.

    expected_version: what the caller read; None where the caller read nothing.  A changed phone or e-mail is unverified from now on,
    and its old identity no longer finds the member (MEM-15).
    Raises MemberNotFound, MemberNotActive, VersionMismatch, InvalidInput, ConsentMissing.
    """
    member = _lock(member_id)
    if expected_version is not None and expected_version != member.version:
        raise VersionMismatch(version=member.version)
    unknown = set(changes) - set(PROFILE_FIELDS)
    if unknown:
        raise InvalidInput(_("This field cannot be changed."), field=sorted(unknown)[0])
    changed = {name: value for name, value in changes.items() if getattr(member, name) != value}
    if not changed:
        return member
    _check(member, changed, at)
    for name, value in changed.items():
        setattr(member, name, value)
    written = list(changed)
    with because(actor=actor, at=at, reason=reason, channel=channel):
        for provider, name in ((Provider.PHONE, "phone"), (Provider.EMAIL, "email")):
            if name in changed:
                Identity.objects.filter(member=member, provider=provider).delete()
                setattr(member, f"{name}_verified_at", None)
                written.append(f"{name}_verified_at")
        _write(member, written, at)
    announce(member_ids=[member.pk], parts=tuple(sorted(changed)), at=at)
    return member


@transaction.atomic
def link_identity(*, member_id: int, claim: IdentityClaim, actor: str, at: datetime) -> Identity:
    """Bind an identity to a member (MEM-17). A verified phone or e-mail replaces the member's old one and becomes the contact.

    The same claim again answers the same identity. Raises IdentityTaken where it is another member's verified one, InvalidInput for one
    that was proved more than a day ahead of `at`.
    """
    check_proof(claim, at, field="verified_at")
    lock_claims([claim.key])
    member = _lock(member_id)
    mine = {"member": member, "provider": claim.provider, "scope": claim.scope, "external_id": claim.external_id}
    others = Identity.objects.filter(provider=claim.provider, scope=claim.scope, external_id=claim.external_id, verified_at__isnull=False)
    if others.exclude(member=member).exists():
        raise IdentityTaken(provider=claim.provider)
    with because(actor=actor, at=at):
        identity, created = Identity.objects.get_or_create(**mine, defaults={"verified_at": claim.verified_at, "created_at": at})
        if not created and (claim.verified_at is None or identity.verified_at is not None):
            return identity
        if not created:
            identity.verified_at = claim.verified_at
            identity.save(update_fields=["verified_at"])
        written: list[str] = []
        for provider, name in ((Provider.PHONE, "phone"), (Provider.EMAIL, "email")):
            if claim.provider == provider and claim.verified_at:
                Identity.objects.filter(member=member, provider=provider).exclude(pk=identity.pk).delete()
                setattr(member, name, claim.external_id)
                setattr(member, f"{name}_verified_at", claim.verified_at)
                written += [name, f"{name}_verified_at"]
        _write(member, written, at)
    announce(member_ids=[member.pk], parts=("identities",), at=at)
    return identity


@transaction.atomic
def unlink_identity(*, member_id: int, identity_id: int, store_code: str | None = None, actor: str, at: datetime) -> None:
    """Take an identity away. store_code: only one that is no other store's; None: whosever it is.

    Raises LastIdentity for the only verified one, IdentityNotFound where the member has no such identity.
    """
    member = _lock(member_id)
    identity = Identity.objects.filter(pk=identity_id, member=member).first()
    if identity is None or (store_code is not None and identity.scope not in ("", store_code)):
        raise IdentityNotFound()
    verified = Identity.objects.filter(member=member, verified_at__isnull=False)
    if identity.verified_at and not verified.exclude(pk=identity.pk).exists():
        raise LastIdentity()
    with because(actor=actor, at=at):
        identity.delete()
        written = []
        for provider, name in ((Provider.PHONE, "phone"), (Provider.EMAIL, "email")):
            if identity.provider == provider and identity.external_id == getattr(member, name):
                setattr(member, f"{name}_verified_at", None)
                written.append(f"{name}_verified_at")
        _write(member, written, at)
    announce(member_ids=[member.pk], parts=("identities",), at=at)


def freeze_member(*, member_id: int, reason: str, actor: str, at: datetime) -> None:
    """Active becomes frozen: nothing is earned or spent any more, facts are still mirrored. Raises MemberNotActive otherwise."""
    _move(member_id, MemberStatus.ACTIVE, MemberStatus.FROZEN, reason, actor, at)


def unfreeze_member(*, member_id: int, reason: str, actor: str, at: datetime) -> None:
    """Frozen becomes active again. Raises MemberNotActive for a member who is not frozen."""
    _move(member_id, MemberStatus.FROZEN, MemberStatus.ACTIVE, reason, actor, at)


@transaction.atomic
def _move(member_id: int, old: MemberStatus, new: MemberStatus, reason: str, actor: str, at: datetime) -> None:
    reason = reasons.checked(reason)
    member = Member.objects.select_for_update(of=("self",)).filter(pk=member_id).first()
    if member is None:
        raise MemberNotFound()
    if member.status != old:
        raise MemberNotActive(status=member.status)
    member.status = new
    with because(actor=actor, at=at, reason=reason):
        _write(member, ["status"], at)
    announce(member_ids=[member.pk], parts=("status",), at=at)


def _lock(member_id: int) -> Member:
    member = Member.objects.select_for_update(of=("self",)).filter(pk=member_id).first()
    if member is None:
        raise MemberNotFound()
    if member.status != MemberStatus.ACTIVE:
        raise MemberNotActive(status=member.status)
    return member


def _write(member: Member, fields: Iterable[str], at: datetime) -> None:
    member.version += 1
    member.updated_at = at
    member.save(update_fields=[*fields, "version", "updated_at"])


def _check(member: Member, changed: Mapping[str, object], at: datetime) -> None:
    birthday = changed.get("birthday")
    check_birthday(birthday if isinstance(birthday, date) else None, at)
    if changed.keys() & {"province_code", "city_code", "district_code"}:
        codes = [str(changed.get(name, getattr(member, name))) for name in ("province_code", "city_code", "district_code")]
        regions.check(*codes)
    is_sensitive = changed.get("marital_status", MaritalStatus.UNKNOWN) != MaritalStatus.UNKNOWN
    if is_sensitive and not Consent.objects.filter(member=member, purpose=ConsentPurpose.PROFILE, withdrawn_at=None).exists():
        raise ConsentMissing(purpose=ConsentPurpose.PROFILE.value)
