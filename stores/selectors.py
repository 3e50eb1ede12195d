"""Reads of stores, programmes and memberships that others need."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet

from core import clock
from core import scope as scopes
from core.masking import Role
from core.scope import Scope
from stores.enums import ProgrammeKind
from stores.errors import NotAMember, ProgrammeNotFound, StoreNotFound
from stores.models import Membership, Programme, StaffAssignment, Store


def platform_programme() -> Programme:
    """The platform's programme; raises Programme.DoesNotExist in a database that was never set up (`manage.py bootstrap`)."""
    return Programme.objects.get(kind=ProgrammeKind.PLATFORM)


def within(scope: Scope) -> QuerySet[Store]:
    """The stores a caller reaches."""
    return scopes.narrow(Store.objects.all(), scope)


def store_by_code(code: str, scope: Scope) -> Store:
    """A store the caller may see. Raises StoreNotFound."""
    store = scopes.narrow(Store.objects.filter(code=code).select_related("programme"), scope).first()
    if store is None:
        raise StoreNotFound()
    return store


def programme_by_code(code: str, scope: Scope) -> Programme:
    """A programme the caller may see. Raises ProgrammeNotFound."""
    programme = scopes.narrow(Programme.objects.filter(code=code), scope).first()
    if programme is None:
        raise ProgrammeNotFound()
    return programme


def membership(member_id: int, programme_id: int) -> Membership:
    """A member in a programme, with the programme. Raises NotAMember."""
    found = Membership.objects.filter(member_id=member_id, programme_id=programme_id).select_related("programme").first()
    if found is None:
        raise NotAMember()
    return found


def memberships_in(programme_id: int, member_ids: Iterable[int]) -> dict[int, int]:
    """Membership ids by member id, of those who are in the programme."""
    return dict(Membership.objects.filter(programme=programme_id, member__in=set(member_ids)).values_list("member_id", "id"))


def memberships_reached(member_id: int, scope: Scope) -> QuerySet[Membership]:
    """What the caller may see of a member's memberships, for who joins what hangs on them."""
    return scopes.narrow(Membership.objects.filter(member_id=member_id), scope)


def memberships_of(member_id: int, scope: Scope) -> list[Membership]:
    """The same with programme and store: the platform's first, then the stores' by code."""
    return sorted(memberships_reached(member_id, scope).select_related("programme", "store"), key=_platform_first)


def _platform_first(row: Membership) -> tuple[bool, str]:
    return (row.programme.kind != ProgrammeKind.PLATFORM, row.programme.code)


def memberships_with_zones(member_id: int, scope: Scope) -> list[tuple[Membership, Sequence[str]]]:
    """The same, each with the time zones of its programme's stores. One statement."""
    zones = Store.objects.filter(programme_id=OuterRef("programme_id")).order_by("time_zone").values("time_zone").distinct()
    rows = memberships_reached(member_id, scope).select_related("programme", "store").annotate(store_zones=ArraySubquery(zones))
    return [(row, row.store_zones) for row in sorted(rows, key=_platform_first)]


class Contact(NamedTuple):
    """What a store's programme is, for the doors that take facts in: no further look-up is needed to judge an order."""

    store_id: int
    code: str
    programme_id: int
    currency: str
    time_zone: str
    foreign_currency: str
    foreign_rate: Any  # Decimal | None


def contacts(store_ids: Iterable[int]) -> dict[int, Contact]:
    """Store, programme, currency, zone and fixed rate, by store id."""
    rows = Store.objects.filter(pk__in=set(store_ids)).values_list(
        "id", "code", "programme_id", "programme__currency", "programme__time_zone", "foreign_currency", "foreign_rate"
    )
    return {row[0]: Contact(*row) for row in rows}


def time_zones(programme_ids: Iterable[int]) -> dict[int, str]:
    """The zone of each programme, by id."""
    return dict(Programme.objects.filter(pk__in=set(programme_ids)).values_list("pk", "time_zone"))


def member_stores(member_ids: Iterable[int]) -> dict[int, list[int]]:
    """Ids of the stores of the programmes each member belongs to: who may hear of the member."""
    found: dict[int, list[int]] = {member_id: [] for member_id in member_ids}
    rows = Membership.objects.filter(member_id__in=list(found), programme__stores__isnull=False).values_list(
        "member_id", "programme__stores__id"
    )
    for member_id, store_id in rows.order_by("member_id", "programme__stores__id"):
        found[member_id].append(store_id)
    return found


def members_of_memberships(membership_ids: Iterable[int]) -> list[int]:
    """Ids of the members who hold these memberships, each once."""
    return list(Membership.objects.filter(pk__in=list(membership_ids)).order_by("member_id").values_list("member_id", flat=True).distinct())


def membership_ids(programme_id: int) -> list[int]:
    """Ids of all memberships of a programme, in order."""
    return list(Membership.objects.filter(programme_id=programme_id).order_by("pk").values_list("pk", flat=True))


def membership_rows(membership_id: int) -> QuerySet[Membership]:
    """The one membership, with programme and member, for a door that narrows it to its caller's reach."""
    return Membership.objects.filter(pk=membership_id).select_related("programme", "member")


def membership_rows_of(member_id: int, programme_id: int) -> QuerySet[Membership]:
    """A member's membership in a programme, or nothing, with the programme; who asks may join what hangs on it."""
    return Membership.objects.filter(member_id=member_id, programme_id=programme_id).select_related("programme")


def memberships_by_id(membership_ids: Iterable[int]) -> dict[int, Membership]:
    """Memberships by id; unknown ids are left out."""
    return Membership.objects.in_bulk(list(membership_ids))


def memberships_with_members(membership_ids: Iterable[int]) -> dict[int, Membership]:
    """The same with the people who hold them, for pages that name them."""
    return Membership.objects.select_related("member").in_bulk(list(membership_ids))


def membership_count(programme_id: int) -> int:
    """How many memberships a programme has."""
    return Membership.objects.filter(programme_id=programme_id).count()


def membership_id_by_number(programme_id: int, member_no: str) -> int | None:
    """The membership that bears a number, however it is typed."""
    return Membership.objects.filter(programme_id=programme_id, member_no=member_no.upper()).values_list("pk", flat=True).first()


def programmes_with_stores() -> list[tuple[Programme, frozenset[int]]]:
    """All programmes with the ids of their stores: the platform's first, then by code. Two statements."""
    stores: dict[int, set[int]] = {}
    for programme_id, store_id in Store.objects.values_list("programme_id", "pk"):
        stores.setdefault(programme_id, set()).add(store_id)
    rows = sorted(Programme.objects.all(), key=lambda row: (row.kind != ProgrammeKind.PLATFORM, row.code))
    return [(row, frozenset(stores.get(row.pk, ()))) for row in rows]


def first_store_id(programme_id: int) -> int | None:
    """A programme's oldest store: whose work a job of the programme is. None for a programme without stores."""
    return Store.objects.filter(programme_id=programme_id).order_by("pk").values_list("pk", flat=True).first()


def staff_scope(user: Any) -> Scope:
    """What a staff user may reach, from the assignments valid now; nothing for anybody else. Kept on the user for the request."""
    known: Scope | None = getattr(user, "_staff_scope", None)
    if known is None:
        known = _staff_scope(user)
        user._staff_scope = known
    return known


def _staff_scope(user: Any) -> Scope:
    actor = f"staff:{user.pk}"
    if not user.is_active or not user.is_staff:
        return Scope(actor=actor)
    if user.is_superuser:
        return Scope(actor=actor, platform=True, roles=frozenset({Role.ADMIN}))
    now = clock.now()
    rows = (
        StaffAssignment.objects.filter(user_id=user.pk, valid_from__lte=now)
        .filter(Q(valid_until=None) | Q(valid_until__gt=now))
        .values_list("store_id", "store__programme_id", "role")
    )
    assignments = frozenset((store_id, role) for store_id, _programme_id, role in rows)
    return Scope(
        actor=actor,
        platform=any(store_id is None for store_id, _role in assignments),
        store_ids=frozenset(store_id for store_id, _p, _r in rows if store_id is not None),
        programme_ids=frozenset(programme_id for _s, programme_id, _r in rows if programme_id is not None),
        roles=frozenset(role for _store_id, role in assignments),
        assignments=assignments,
    )


def roles_in(programme_id: int, scope: Scope) -> frozenset[str]:
    """The caller's roles in a store of the programme or on the platform; those held in stores of other programmes are not among them."""
    return scope.within(Store.objects.filter(programme_id=programme_id, pk__in=scope.store_ids).values_list("pk", flat=True)).roles


def within_programmes(path: str, queryset: QuerySet[Any], scope: Scope) -> QuerySet[Any]:
    """Rows whose member (`path` to its id) belongs to one of the caller's programmes; EXISTS, so that no row comes twice."""
    return queryset.filter(Exists(Membership.objects.filter(member_id=OuterRef(path), programme_id__in=scope.programme_ids)))


def of_members(path: str) -> scopes.Narrower:
    return partial(within_programmes, path)


def identities(queryset: QuerySet[Any], scope: Scope) -> QuerySet[Any]:
    """Identities of reachable members, without the numbers and cards other stores have given out."""
    codes = Store.objects.filter(pk__in=scope.store_ids).values("code")
    return within_programmes("member_id", queryset, scope).filter(Q(scope="") | Q(scope__in=codes))


def both_reachable(queryset: QuerySet[Any], scope: Scope) -> QuerySet[Any]:
    """Merge cases both of whose members the caller may see."""
    return within_programmes("second_id", within_programmes("first_id", queryset, scope), scope)


def colleagues(queryset: QuerySet[Any], scope: Scope) -> QuerySet[Any]:
    """People with a role in one of the caller's stores, now or at another time."""
    return queryset.filter(Exists(StaffAssignment.objects.filter(user_id=OuterRef("pk"), store_id__in=scope.store_ids)))


def own_log_lines(queryset: QuerySet[Any], scope: Scope) -> QuerySet[Any]:
    """Access log lines of people who work for one of the caller's stores."""
    mine = Q(pk__in=[])
    for store_id in scope.store_ids:
        mine |= Q(store_ids__contains=store_id)
    return queryset.filter(mine)
