"""Refusals. A DomainError says what is wrong in a stable code and in words; doors translate it, nothing swallows it."""

from collections.abc import Iterable
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A request the rules refuse. `code` is never renamed once published (docs/api.md lists all of them).

    status: the HTTP status a door answers with.  title: one sentence for people, translated.
    values: what the refusal was about (balance, wanted, field ...); part of the API answer.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    title: ClassVar[str | Promise] = _("The request was refused.")

    def __init__(self, detail: str | Promise | None = None, **values: object) -> None:
        self.detail = detail or self.title
        self.values = values
        super().__init__(str(self.detail))

    @property
    def problems(self) -> list[str]:
        """All that is wrong, in words: several where a whole form was refused at once (values: problems), else the one."""
        found = self.values.get("problems")
        return [str(words) for words in found] if isinstance(found, Iterable) else [str(self.detail)]


class NotFound(DomainError):
    """Missing, or not within the caller's scope: both answer alike (reliability.md rule 8)."""

    code = "not_found"
    status = 404
    title = _("Not found.")


class InvalidInput(DomainError):
    """A field holds what it must not. values: field, and what is allowed."""

    code = "invalid"
    status = 400
    title = _("The input is not valid.")

    def __init__(self, detail: str | Promise | None = None, *, field: str, **values: object) -> None:
        self.field = field
        super().__init__(detail, field=field, **values)


class PermissionDenied(DomainError):
    """The caller is known but may not do this."""

    code = "permission_denied"
    status = 403
    title = _("You may not do this.")


class VersionMismatch(DomainError):
    """Somebody else changed the row first (MEM-24): read it again and retry."""

    code = "version_mismatch"
    status = 412
    title = _("The record has changed since you read it.")


class NotADraft(DomainError):
    """Only drafts are changed, published or discarded."""

    code = "not_a_draft"
    title = _("Only a draft can be changed.")


class DraftExists(DomainError):
    """There is one draft at a time. values: version."""

    code = "draft_exists"
    title = _("There is a draft already.")
