"""Refusals of the API itself. Each code is listed in docs/api.md and never renamed."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class Malformed(DomainError):
    """The body is not the JSON we read: broken, not UTF-8, nested too deep, keys given twice, NaN, NUL or half characters."""

    code = "malformed"
    status = 400
    title = _("The body is not acceptable JSON.")


class InvalidCursor(DomainError):
    """Cut short, made up, or of another list or other filters."""

    code = "invalid_cursor"
    status = 400
    title = _("The cursor does not belong to this list.")


class InvalidClock(DomainError):
    """Where settings let a caller say what time it is."""

    code = "invalid_clock"
    status = 400
    title = _("X-Clock is not a time with an offset.")


class IdempotencyKeyRequired(DomainError):
    code = "idempotency_key_required"
    status = 400
    title = _("This call needs the header Idempotency-Key with 1 to 255 visible ASCII characters.")


class NotAuthenticated(DomainError):
    """No token, an unknown or expired one, or one of a client that has been switched off."""

    code = "not_authenticated"
    status = 401
    title = _("A valid access token is needed.")


class MissingScope(DomainError):
    """values: scope, the one the operation needs."""

    code = "missing_scope"
    status = 403
    title = _("The access token does not have the scope that this operation needs.")


class MethodNotAllowed(DomainError):
    code = "method_not_allowed"
    status = 405
    title = _("This address does not answer to that method.")


class NotAcceptable(DomainError):
    code = "not_acceptable"
    status = 406
    title = _("Only application/json is spoken here.")


class BodyTooLarge(DomainError):
    """values: limit_bytes."""

    code = "body_too_large"
    status = 413
    title = _("The body is too large.")


class UnsupportedMediaType(DomainError):
    code = "unsupported_media_type"
    status = 415
    title = _("Send the body as application/json.")


class RateLimited(DomainError):
    """values: retry_after, in seconds."""

    code = "rate_limited"
    status = 429
    title = _("Too many requests: wait and try again.")


class InternalError(DomainError):
    """Our fault. The request id finds it in our logs."""

    code = "internal_error"
    status = 500
    title = _("Something went wrong on our side.")


def every_refusal(of: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    """DomainError and all its subclasses, whichever app they are of."""
    yield of
    for child in of.__subclasses__():
        yield from every_refusal(child)


def refusal_of(code: str) -> type[DomainError]:
    """The class behind a code, for answers that carry the code alone."""
    return next(refusal for refusal in every_refusal() if refusal.code == code)
