"""Whom and which store a push is about, settled for all items in a few statements."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from core.api.operations import Call, Item
from core.errors import DomainError
from members import selectors as members_selectors
from members.errors import MemberNotFound
from stores import selectors as stores_selectors
from stores.enums import ClientScope
from stores.errors import StoreNotFound


@dataclass
class Named:
    """By index: the member's id where one is named, the store's id and code (None: the platform), and what cannot be."""

    members: dict[int, int] = field(default_factory=dict)
    stores: dict[int, tuple[int, str] | None] = field(default_factory=dict)
    refusals: dict[int, DomainError] = field(default_factory=dict)


def settle(call: Call, *, store_needed: bool) -> Named:
    """Look up the members and stores that the sound items of a push name.

    A member out of reach is not there, with one exception, the first contact of a customer with a store: a client that may assert proved
    identities names them by one. store_needed: a platform's client must name a store.
    """
    sound = [item for item in call.items if item.refusal is None]
    named = Named()
    _stores(call, sound, named, store_needed)
    _members(call, sound, named)
    return named


def _stores(call: Call, items: Sequence[Item], named: Named, needed: bool) -> None:
    codes = {item.data["store"] for item in items if item.data.get("store")}
    rows = stores_selectors.within(call.scope).filter(code__in=codes).values_list("id", "code") if codes else ()
    known: dict[str, tuple[int, str]] = {code: (store_id, code) for store_id, code in rows}
    own = next(((store_id, call.caller.store_code) for store_id in call.scope.store_ids), None)
    for item in items:
        code = item.data.get("store")
        store = known.get(code) if code else own
        if store is None and (code or needed):
            named.refusals[item.index] = StoreNotFound(field="store")
        named.stores[item.index] = store


def _members(call: Call, items: Sequence[Item], named: Named) -> None:
    wanted = {item.index: item.data["member"] for item in items if item.data.get("member") is not None}
    found = members_selectors.resolve_many(
        one_ids={key for key in wanted.values() if isinstance(key, str)},
        identities={key for key in wanted.values() if isinstance(key, tuple)},
    )
    reached = set(members_selectors.within(call.scope).filter(pk__in=set(found.values())).values_list("id", flat=True)) if found else set()
    for index, key in wanted.items():
        member_id = found.get(key)
        if member_id is None or not (member_id in reached or _may_meet(call, key)):
            named.refusals.setdefault(index, MemberNotFound(field="member"))
        else:
            named.members[index] = member_id


def _may_meet(call: Call, key: Any) -> bool:
    """Whether this names a customer at first contact. Numbers given out by other stores are theirs."""
    return isinstance(key, tuple) and ClientScope.ASSERT_VERIFIED in call.scope.grants and key[1] in ("", call.caller.store_code)
