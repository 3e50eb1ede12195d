"""What a member agreed to and wants to hear (PRV-01, PRV-05, MEM-18)."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from core.errors import NotFound
from core.history import because
from members.errors import MemberNotFound
from members.models import Consent, Member, Preference
from members.services.changes import note_change


@transaction.atomic
def give_consent(*, member_id: int, purpose: str, policy_version: str, channel: str, actor: str, at: datetime) -> Consent:
    """Keep a consent; a newer policy version replaces the one in force, the same version again changes nothing."""
    _lock(member_id)
    in_force = Consent.objects.filter(member_id=member_id, purpose=purpose, withdrawn_at=None).first()
    if in_force is not None and in_force.policy_version == policy_version:
        return in_force
    if in_force is not None:
        in_force.withdrawn_at = at
        with because(actor=actor, at=at, channel=channel):
            in_force.save(update_fields=["withdrawn_at"])
    given = Consent.objects.create(member_id=member_id, purpose=purpose, policy_version=policy_version, channel=channel, given_at=at)
    note_change(member_ids=[member_id], parts=("consents",), at=at)
    return given


@transaction.atomic
def withdraw_consent(*, member_id: int, purpose: str, actor: str, at: datetime) -> None:
    """Take a consent back, as easily as it was given. Raises NotFound where none is in force."""
    _lock(member_id)
    with because(actor=actor, at=at):
        if not Consent.objects.filter(member_id=member_id, purpose=purpose, withdrawn_at=None).update(withdrawn_at=at):
            raise NotFound()
    note_change(member_ids=[member_id], parts=("consents",), at=at)


@transaction.atomic
def set_preferences(*, member_id: int, switches: Mapping[tuple[str, str], bool], actor: str, at: datetime) -> None:
    """Set switches (channel, message type) -> on. Those not named stay as they are."""
    _lock(member_id)
    with because(actor=actor, at=at):
        Preference.objects.bulk_create(
            [
                Preference(member_id=member_id, channel=channel, message_type=message_type, is_on=is_on, changed_at=at)
                for (channel, message_type), is_on in sorted(switches.items())
            ],
            update_conflicts=True,
            unique_fields=["member", "channel", "message_type"],
            update_fields=["is_on", "changed_at"],
        )
    note_change(member_ids=[member_id], parts=("preferences",), at=at)


def _lock(member_id: int) -> None:
    if not Member.objects.select_for_update(of=("self",)).filter(pk=member_id).exists():
        raise MemberNotFound()
