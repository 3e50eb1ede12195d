"""Who may see which rows: one mechanism, failing closed (design sections 3 and 11.10, reliability.md rule 8).

A `Scope` comes from the authenticated caller, never from a path, header or body. `narrow(queryset, scope)` is the only way a door
reads rows of members, stores or facts. Each app registers how its models are narrowed; a model nobody registered raises.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


class ScopeError(Exception):
    """A programming fault: a query without a scope, or a model that no app has registered."""


@dataclass(frozen=True)
class Scope:
    """What a caller may reach.

    actor: "staff:12", "client:7", "command:import_orders".  platform: sees every store.
    store_ids / programme_ids: the caller's stores and their programmes (ids).  roles: role codes held there.
    grants: OAuth scopes of an API client.  assignments: (store id or None, role) pairs behind `roles`.
    """

    actor: str
    platform: bool = False
    store_ids: frozenset[int] = frozenset()
    programme_ids: frozenset[int] = frozenset()
    roles: frozenset[str] = frozenset()
    grants: frozenset[str] = field(default=frozenset())
    assignments: frozenset[tuple[int | None, str]] = field(default=frozenset())

    def reaches_store(self, store_id: int | None) -> bool:
        return self.platform or (store_id is not None and store_id in self.store_ids)

    def within(self, store_ids: Iterable[int]) -> "Scope":
        """The same caller with only the roles held in these stores or on the platform: what counts when one member is looked at.

        A till clerk of one store who serves customers in another must not carry the wider role over.
        """
        if not self.assignments:
            return self
        wanted = set(store_ids)
        held = frozenset(role for store_id, role in self.assignments if store_id is None or store_id in wanted)
        return replace(self, roles=held)

    def reaches_programme(self, programme_id: int | None) -> bool:
        return self.platform or (programme_id is not None and programme_id in self.programme_ids)


Narrower = Callable[[QuerySet[Any], Scope], QuerySet[Any]]
_narrowers: dict[str, Narrower] = {}
_resolver: Callable[[Any], Scope] | None = None


def register(model_label: str, narrower: Narrower) -> None:
    """Say how rows of "app.Model" are narrowed for a caller who is not the platform."""
    _narrowers[model_label.lower()] = narrower


def by_store(path: str = "store_id") -> Narrower:
    """Rows whose `path` is one of the caller's stores."""
    return lambda queryset, scope: queryset.filter(**{f"{path}__in": scope.store_ids})


def by_programme(path: str = "programme_id") -> Narrower:
    """Rows whose `path` is one of the caller's programmes."""
    return lambda queryset, scope: queryset.filter(**{f"{path}__in": scope.programme_ids})


def platform_only(queryset: QuerySet[Any], scope: Scope) -> QuerySet[Any]:
    """Nothing for a store's caller."""
    return queryset.none()


def is_registered(model: type[Model]) -> bool:
    return model._meta.label_lower in _narrowers


def narrow(queryset: QuerySet[M], scope: Scope | None) -> QuerySet[M]:
    """The rows of `queryset` this caller may see. Raises ScopeError without a scope or for an unregistered model."""
    if scope is None:
        raise ScopeError(f"A query on {queryset.model._meta.label} has no scope.")
    label = queryset.model._meta.label_lower
    if label not in _narrowers:
        raise ScopeError(f"No app has registered how {label} is narrowed.")
    return queryset if scope.platform else _narrowers[label](queryset, scope)


def set_resolver(resolver: Callable[[Any], Scope]) -> None:
    """Called once, by `stores`: how a staff user becomes a Scope."""
    global _resolver
    _resolver = resolver


def of_user(user: Any) -> Scope:
    """The scope of a logged-in staff user, from their assignments valid now."""
    if _resolver is None:
        raise ScopeError("No resolver of scopes is registered.")
    return _resolver(user)


SYSTEM = Scope(actor="system", platform=True)
