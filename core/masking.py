"""Personal data as each role may read it (design section 9, reliability.md section 6, rulings of the matrix in docs/architecture.md).

A field class is a kind of personal data, a visibility what a role gets of it. Doors ask `show`, never a role by name.
"""

from enum import StrEnum

from core.scope import Scope


class FieldClass(StrEnum):
    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    BIRTHDAY = "birthday"
    ADDRESS = "address"
    EXTERNAL_ID = "external_id"


class Visibility(StrEnum):
    FULL = "full"
    REVEAL = "reveal"  # masked until revealed with a reason
    MASKED = "masked"  # masked, never revealed
    HIDDEN = "hidden"


class Role(StrEnum):
    """Roles in stores or on the platform (design section 3). The codes are stored in stores.StaffAssignment."""

    CUSTOMER_SERVICE = "customer_service"
    OPERATOR = "operator"
    APPROVER = "approver"
    AUDITOR = "auditor"
    TILL_CLERK = "till_clerk"
    ADMIN = "admin"


_F, _R, _M = Visibility.FULL, Visibility.REVEAL, Visibility.MASKED
MATRIX: dict[Role, dict[FieldClass, Visibility]] = {
    Role.ADMIN: {
        FieldClass.NAME: _F,
        FieldClass.PHONE: _R,
        FieldClass.EMAIL: _R,
        FieldClass.BIRTHDAY: _F,
        FieldClass.ADDRESS: _R,
        FieldClass.EXTERNAL_ID: _R,
    },
    Role.CUSTOMER_SERVICE: {
        FieldClass.NAME: _F,
        FieldClass.PHONE: _R,
        FieldClass.EMAIL: _R,
        FieldClass.BIRTHDAY: _F,
        FieldClass.ADDRESS: _R,
        FieldClass.EXTERNAL_ID: _R,
    },
    Role.OPERATOR: {
        FieldClass.NAME: _F,
        FieldClass.PHONE: _M,
        FieldClass.EMAIL: _M,
        FieldClass.BIRTHDAY: _F,
        FieldClass.ADDRESS: _M,
        FieldClass.EXTERNAL_ID: _M,
    },
    Role.APPROVER: {
        FieldClass.NAME: _F,
        FieldClass.PHONE: _R,
        FieldClass.EMAIL: _R,
        FieldClass.BIRTHDAY: _F,
        FieldClass.ADDRESS: _R,
        FieldClass.EXTERNAL_ID: _R,
    },
    Role.AUDITOR: {
        FieldClass.NAME: _M,
        FieldClass.PHONE: _M,
        FieldClass.EMAIL: _M,
        FieldClass.BIRTHDAY: _M,
        FieldClass.ADDRESS: _M,
        FieldClass.EXTERNAL_ID: _M,
    },
    Role.TILL_CLERK: {
        FieldClass.NAME: _F,
        FieldClass.PHONE: _M,
        FieldClass.EMAIL: _M,
        FieldClass.BIRTHDAY: _M,
        FieldClass.ADDRESS: _M,
        FieldClass.EXTERNAL_ID: _M,
    },
}
CLIENT_GRANT_FULL = "pii:read"  # an API client with this grant reads personal data whole; without it as a store's key (matrix)
_RANK = [Visibility.HIDDEN, Visibility.MASKED, Visibility.REVEAL, Visibility.FULL]


def visibility(field: FieldClass, scope: Scope) -> Visibility:
    """The best of what the caller's roles give; an API client sees names whole, the rest masked, unless granted pii:read."""
    if scope.actor.startswith("client:"):
        if CLIENT_GRANT_FULL in scope.grants or field is FieldClass.NAME:
            return Visibility.FULL
        return Visibility.MASKED
    given = [MATRIX[Role(role)][field] for role in scope.roles if role in MATRIX]
    return max(given, key=_RANK.index, default=Visibility.HIDDEN)


def show(field: FieldClass, value: str, scope: Scope) -> str:
    """`value` as this caller may read it: whole, masked or empty."""
    seen = visibility(field, scope)
    if seen is Visibility.FULL or not value:
        return value
    return "" if seen is Visibility.HIDDEN else mask(field, value)


def may_reveal(field: FieldClass, scope: Scope) -> bool:
    return visibility(field, scope) is Visibility.REVEAL


def mask(field: FieldClass, value: str) -> str:
    """`13800138000` -> `138****8000`, `a@x.com` -> `a***@x.com`, `张三` -> `张*`, `1992-06-15` -> `06-15`, streets -> `****`."""
    if not value:
        return ""
    match field:
        case FieldClass.PHONE:
            return mask_phone(value)
        case FieldClass.EMAIL:
            local, at, domain = value.partition("@")
            return f"{local[:1]}***{at}{domain}"
        case FieldClass.NAME:
            return value[:1] + "*" * min(max(len(value) - 1, 1), 3)
        case FieldClass.BIRTHDAY:
            return value[5:]
        case FieldClass.ADDRESS:
            return "****"
        case FieldClass.EXTERNAL_ID:
            return value[:2] + "****" + value[-2:] if len(value) > 6 else "****"


def mask_phone(value: str) -> str:
    """Takes E.164 or national digits; a Chinese number is shown without its country code."""
    digits = value[3:] if value.startswith("+86") else value
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 8 else "****"
