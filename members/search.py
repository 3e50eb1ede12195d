"""Finding members while somebody is on the phone (CSL-01), and what a user has looked at. Every way is an index scan within scope.

Each `find_*` takes (term, scope, limit) and answers ids, best first; () where the term cannot be what it looks for.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db.models import F, Func, Q, QuerySet, TextField
from django.db.models.functions import Lower, Right

from core import phones, registry
from core import scope as scopes
from core.errors import InvalidInput
from core.registry import SearchKey
from core.scope import Scope
from members.enums import AccessAction, MemberStatus
from members.models import AccessLog, Identity, Member

_GONE = (MemberStatus.MERGED, MemberStatus.ERASED)
_LAST_FOUR = re.compile(r"\d{4}")
_FOUR_AND_NAME = re.compile(r"(?:(?P<four>\d{4})\s*(?P<name>[^\d\s]{1,20})|(?P<name2>[^\d\s]{1,20})\s*(?P<four2>\d{4}))")
_NUMBER = re.compile(r"\+?[\d\s()-]{7,24}")


def find(term: str, scope: Scope, limit: int) -> list[int]:
    """Ids of at most `limit` members found by any of the offered keys, in the keys' order."""
    return list(found_by(term, scope, limit))


def found_by(term: str, scope: Scope, limit: int) -> dict[int, SearchKey]:
    """The same with the key that found each first."""
    found: dict[int, SearchKey] = {}
    for key in registry.search_keys():
        for member_id in key.find(term, scope, limit):
            found.setdefault(member_id, key)
        if len(found) >= limit:
            break
    return dict(list(found.items())[:limit])


def by_phone(term: str, scope: Scope, limit: int) -> Sequence[int]:
    """The whole number, with or without its country code: who proved it, or, where nobody did, who left it (CS-1).

    The others are led to by their merge case, and found by name or card.
    """
    if not _NUMBER.fullmatch(term):
        return ()
    try:
        number = phones.to_e164(term)
    except InvalidInput:
        return ()
    holders = _living(scope).filter(phone=number)
    return _ids(holders.exclude(phone_verified_at=None), limit) or _ids(holders, limit)


def by_last_four(term: str, scope: Scope, limit: int) -> Sequence[int]:
    """The last four digits alone, as callers say them."""
    if not _LAST_FOUR.fullmatch(term):
        return ()
    return _ids(_ending(scope, term), limit)


def by_last_four_and_name(term: str, scope: Scope, limit: int) -> Sequence[int]:
    """`8000张`, `张 8000`: the last four digits and how the name begins."""
    said = _FOUR_AND_NAME.fullmatch(term)
    if not said:
        return ()
    four, name = said["four"] or said["four2"], said["name"] or said["name2"]
    return _ids(_ending(scope, four).filter(name__startswith=name), limit)


def by_name(term: str, scope: Scope, limit: int) -> Sequence[int]:
    """The whole name, its beginning, then any two characters or more of it; nicknames by their beginning."""
    if not term or any(character.isdigit() for character in term) or "@" in term:
        return ()
    beginning = _living(scope).filter(name__startswith=term)
    if len(term) >= 2:  # of a surname alone any page will do, and a tenth of all members may have it: 56 ms to sort, 0.1 to begin
        beginning = beginning.order_by("name", "id")
    found = dict.fromkeys(_ids(beginning, limit))
    if len(found) < limit:
        found |= dict.fromkeys(_ids(_living(scope).filter(nickname__startswith=term).exclude(nickname=""), limit))
    if len(found) < limit and len(term) >= 2:  # one character has no pieces, and its hits are the prefix ones
        pieces = Func(F("name"), function="members_pieces", output_field=ArrayField(TextField()))
        wanted = sorted({term[place : place + 2].lower() for place in range(len(term) - 1)})
        found |= dict.fromkeys(
            _ids(_living(scope).annotate(pieces=pieces).filter(Q(("pieces__contains", wanted)), name__icontains=term), limit)
        )
    return list(found)[:limit]


def by_one_id(term: str, scope: Scope, limit: int) -> Sequence[int]:
    """The public id; a merged one leads to its survivor (OMN-02)."""
    if len(term) < 12 or " " in term:
        return ()
    said = Member.objects.filter(one_id=term).values_list("id", "merged_into_id").first()
    if said is None:
        return ()
    return _ids(_living(scope).filter(pk=said[1] or said[0]), limit)


def by_email(term: str, scope: Scope, limit: int) -> Sequence[int]:
    if "@" not in term:
        return ()
    return _ids(_living(scope).annotate(lower_email=Lower("email")).filter(lower_email=term.lower()).exclude(email=""), limit)


def by_external_id(term: str, scope: Scope, limit: int) -> Sequence[int]:
    """A till card, a chat name, a store's customer number: whatever somebody vouches for (OMN-04)."""
    if len(term) < 2:
        return ()
    rows = scopes.narrow(Identity.objects.filter(external_id=term), scope).exclude(member__status__in=_GONE)
    return list(dict.fromkeys(rows.values_list("member_id", flat=True)[:limit]))


def _living(scope: Scope) -> QuerySet[Member]:
    return scopes.narrow(Member.objects.exclude(status__in=_GONE), scope)


def _ending(scope: Scope, four: str) -> QuerySet[Member]:
    return _living(scope).annotate(phone_end=Right("phone", 4)).filter(phone_end=four)


def _ids(rows: QuerySet[Member], limit: int) -> list[int]:
    return list(rows.values_list("id", flat=True)[:limit])


def searches_since(*, user_id: int, since: datetime) -> int:
    """How often a user has searched (reliability.md: at most thirty a minute). Counted in the log, so it holds without a cache."""
    return AccessLog.objects.filter(user_id=user_id, at__gte=since, action=AccessAction.SEARCH).count()


def has_viewed(*, user_id: int, member_id: int, since: datetime) -> bool:
    return AccessLog.objects.filter(user_id=user_id, at__gte=since, action=AccessAction.VIEW, member_id=member_id).exists()


def recently_viewed(*, user_id: int, scope: Scope, limit: int) -> list[Member]:
    """The members a user looked at last, of those still within scope, the latest first."""
    views = AccessLog.objects.filter(user_id=user_id, action=AccessAction.VIEW).order_by("-at", "-id").values_list("member_id", flat=True)
    ids = [member_id for member_id in dict.fromkeys(views[:200]) if member_id is not None]
    members = scopes.narrow(Member.objects.filter(pk__in=ids), scope).in_bulk()
    return [members[member_id] for member_id in ids if member_id in members][:limit]
