"""Addresses and children of a member (MEM-07..11, DAT-20)."""

from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.errors import InvalidInput, NotFound
from core.history import because
from members import regions
from members.errors import MemberNotFound, TooManyAddresses
from members.models import Address, Child, Member
from members.rules import ADDRESSES_AT_MOST, AddressIn
from members.services.changes import note_change


@transaction.atomic
def add_address(*, member_id: int, address: AddressIn, actor: str, at: datetime) -> Address:
    """Keep an address; the first one becomes the default. Raises TooManyAddresses, InvalidInput for regions that do not fit."""
    _lock(member_id)
    regions.check(address.province_code, address.city_code, address.district_code)
    known = Address.objects.filter(member_id=member_id).count()
    if known >= ADDRESSES_AT_MOST:
        raise TooManyAddresses()
    with because(actor=actor, at=at):
        is_default = address.is_default or known == 0
        if is_default:
            _drop_default(member_id)
        added = Address.objects.create(member_id=member_id, created_at=at, **{**asdict(address), "is_default": is_default})
    note_change(member_ids=[member_id], parts=("addresses",), at=at)
    return added


@transaction.atomic
def change_address(*, member_id: int, address_id: int, address: AddressIn, actor: str, at: datetime) -> Address:
    """Replace what an address says. A default stays the default until another one is made it."""
    kept = _address(member_id, address_id)
    regions.check(address.province_code, address.city_code, address.district_code)
    values = {**asdict(address), "is_default": address.is_default or kept.is_default}
    with because(actor=actor, at=at):
        if values["is_default"] and not kept.is_default:
            _drop_default(member_id)
        for name, value in values.items():
            setattr(kept, name, value)
        kept.save(update_fields=list(values))
    note_change(member_ids=[member_id], parts=("addresses",), at=at)
    return kept


@transaction.atomic
def make_default_address(*, member_id: int, address_id: int, actor: str, at: datetime) -> None:
    """One default a member: the old one gives way in the same transaction (MEM-08)."""
    kept = _address(member_id, address_id)
    with because(actor=actor, at=at):
        _drop_default(member_id)
        kept.is_default = True
        kept.save(update_fields=["is_default"])
    note_change(member_ids=[member_id], parts=("addresses",), at=at)


@transaction.atomic
def remove_address(*, member_id: int, address_id: int, actor: str, at: datetime) -> None:
    kept = _address(member_id, address_id)
    with because(actor=actor, at=at):
        kept.delete()
    note_change(member_ids=[member_id], parts=("addresses",), at=at)


def touch_address(*, member_id: int, address_id: int, at: datetime) -> None:
    """Note that goods were sent there, for the order of choice (MEM-10)."""
    Address.objects.filter(pk=address_id, member_id=member_id).update(last_used_at=at)


@transaction.atomic
def add_child(*, member_id: int, birth_month: date, gender: str, guardian_consent_at: datetime | None, actor: str, at: datetime) -> Child:
    """Keep a child's birth month and gender. A guardian's consent is demanded (PIPL 28-31); a month to come is refused."""
    _lock(member_id)
    if guardian_consent_at is None:
        raise InvalidInput(_("Data on a child needs the guardian's consent."), field="guardian_consent_at")
    if birth_month.replace(day=1) > timezone.localdate(at):
        raise InvalidInput(_("The birth month lies in the future."), field="birth_month")
    with because(actor=actor, at=at):
        child = Child.objects.create(
            member_id=member_id,
            birth_month=birth_month.replace(day=1),
            gender=gender,
            guardian_consent_at=guardian_consent_at,
            created_at=at,
        )
    note_change(member_ids=[member_id], parts=("children",), at=at)
    return child


@transaction.atomic
def remove_child(*, member_id: int, child_id: int, actor: str, at: datetime) -> None:
    _lock(member_id)
    with because(actor=actor, at=at):
        if not Child.objects.filter(pk=child_id, member_id=member_id).delete()[0]:
            raise NotFound()
    note_change(member_ids=[member_id], parts=("children",), at=at)


def _lock(member_id: int) -> None:
    if not Member.objects.select_for_update(of=("self",)).filter(pk=member_id).exists():
        raise MemberNotFound()


def _address(member_id: int, address_id: int) -> Address:
    _lock(member_id)
    found = Address.objects.filter(pk=address_id, member_id=member_id).first()
    if found is None:
        raise NotFound()
    return found


def _drop_default(member_id: int) -> None:
    Address.objects.filter(member_id=member_id, is_default=True).update(is_default=False)
