"""Personal data on a page: as the caller may read it, and whether it may be shown whole once, for a reason (CSL-17)."""

from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _

from core import masking, registry
from core.masking import FieldClass
from core.scope import Scope


@dataclass(frozen=True)
class Shown:
    """text: whole, masked or empty.  kind, reference: what to ask for to see it whole; kind is empty where the caller may not ask."""

    text: str
    kind: str = ""
    reference: str = ""

    def __bool__(self) -> bool:
        return bool(self.text)

    def __str__(self) -> str:
        return self.text


def show(field_class: FieldClass, value: str, scope: Scope, *, kind: str = "", reference: object = "") -> Shown:
    """A value for a template. kind: how core.registry knows to read it again; without it there is nothing to ask for."""
    text = masking.show(field_class, value, scope)
    askable = bool(kind and text) and masking.may_reveal(field_class, scope) and registry.revealable(kind) is not None
    return Shown(text, kind if askable else "", str(reference))


class Named(Protocol):
    """A member, as far as pages call it."""

    name: str
    nickname: str


def called(member: Named, scope: Scope) -> str:
    """What a page calls somebody: the name, else the nickname, as the caller may read it. Not everybody has left one."""
    return masking.show(FieldClass.NAME, member.name or member.nickname, scope) or _("no name given")
