"""Refusals of members."""

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, NotFound


class MemberNotFound(NotFound):
    """No member of that id, or not within the caller's scope."""

    code = "member_not_found"
    title = _("There is no such member.")


class IdentityNotFound(NotFound):
    """The member has no identity of that id, or it is a number of another store."""

    code = "identity_not_found"
    title = _("The member has no such identity.")


class IdentityTaken(DomainError):
    """A verified identity belongs to another member (MEM-15, MEM-17)."""

    code = "identity_taken"
    title = _("This identity belongs to another member.")


class LastIdentity(DomainError):
    """The last verified identity of a member cannot be taken away (MEM-17)."""

    code = "last_identity"
    status = 400
    title = _("The last verified identity of a member cannot be removed.")


class TooManyAddresses(DomainError):
    """A member keeps at most twenty addresses (MEM-07)."""

    code = "too_many_addresses"
    status = 400
    title = _("A member can have at most 20 addresses.")


class ConsentMissing(DomainError):
    """The field is sensitive: its purpose needs a consent in force (DAT-19, PIPL 28-31)."""

    code = "consent_missing"
    status = 400
    title = _("This needs a consent that the member has not given.")


class MemberNotActive(DomainError):
    """Frozen, merged or erased members are not changed."""

    code = "member_not_active"
    title = _("The member is not active.")
