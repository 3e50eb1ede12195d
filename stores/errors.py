"""Refusals of stores."""

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError, NotFound


class StoreNotFound(NotFound):
    """No store of that code, or not within the caller's scope."""

    code = "store_not_found"
    title = _("There is no such store.")


class ProgrammeNotFound(NotFound):
    """No programme of that code, or not within the caller's scope."""

    code = "programme_not_found"
    title = _("There is no such programme.")


class NotAMember(NotFound):
    """The member has no membership in this programme."""

    code = "not_a_member"
    title = _("The member does not belong to this programme.")


class CodeTaken(DomainError):
    """Codes of stores and programmes are unique."""

    code = "code_taken"
    title = _("This code is in use.")
