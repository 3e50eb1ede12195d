"""Every write to members. One file a subject; callers import this package as `members_services`."""

from members.services.access import log_access, read_member
from members.services.bulk import NEWCOMERS_AT_MOST, ChildIn, Newcomer, link_many, register_many
from members.services.consents import give_consent, set_preferences, withdraw_consent
from members.services.household import (
    add_address,
    add_child,
    change_address,
    make_default_address,
    remove_address,
    remove_child,
    touch_address,
)
from members.services.merging import open_merge_cases
from members.services.profile import freeze_member, link_identity, unfreeze_member, unlink_identity, update_profile
from members.services.registration import Registration, lock_claims, register_member

__all__ = [
    "NEWCOMERS_AT_MOST",
    "ChildIn",
    "Newcomer",
    "Registration",
    "add_address",
    "add_child",
    "change_address",
    "freeze_member",
    "give_consent",
    "link_identity",
    "link_many",
    "lock_claims",
    "log_access",
    "make_default_address",
    "open_merge_cases",
    "read_member",
    "register_many",
    "register_member",
    "remove_address",
    "remove_child",
    "set_preferences",
    "touch_address",
    "unfreeze_member",
    "unlink_identity",
    "update_profile",
    "withdraw_consent",
]
