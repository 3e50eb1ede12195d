"""Every write to stores: programmes, stores, memberships, staff, API clients, service notes."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import AbstractApplication

from core import events, registry, sql
from core.enums import Currency, Origin
from core.errors import InvalidInput
from core.history import because
from members import services as members_services
from members.enums import STORE_BOUND
from members.rules import ConsentGiven, IdentityClaim, Profile
from stores.enums import BusinessModel, ClientScope, MembershipSource, ProgrammeKind, StaffRole, StoreKind
from stores.errors import CodeTaken, NotAMember
from stores.events import MembershipsOpened, ProgrammeCreated
from stores.models import ApiClient, Membership, Programme, ServiceNote, StaffAssignment, Store


@dataclass(frozen=True)
class Enrolment:
    """created: False when the member was there before.  membership_ids: by programme id, the platform's among them."""

    member_id: int
    one_id: str
    created: bool
    membership_ids: Mapping[int, int]
    merge_case_ids: tuple[int, ...]


@transaction.atomic
def enrol_member(
    *,
    store_id: int | None,
    profile: Profile,
    identities: Sequence[IdentityClaim],
    consents: Sequence[ConsentGiven] = (),
    channel: str,
    source: str = "",
    inviter_id: int | None = None,
    asserts_verified: bool,
    actor: str,
    occurred_at: datetime,
    booked_at: datetime,
    origin: Origin = Origin.LIVE,
) -> Enrolment:
    """Register somebody, or link who is known, and open the store's and the platform's membership (rulings 16, design section 3).

    store_id: whose customer this is; None for the platform alone.  asserts_verified: the caller may say that an identity is proven;
    without it `verified_at` of claims is dropped, except for the store's own customer and card numbers, which the store itself gives out.
    """
    store_code = Store.objects.values_list("code", flat=True).get(pk=store_id) if store_id else ""
    claims = [_as_trusted(place, claim, store_code, asserts_verified, booked_at) for place, claim in enumerate(identities)]
    registration = members_services.register_member(
        profile=profile,
        identities=claims,
        consents=consents,
        channel=channel,
        source=source,
        inviter_id=inviter_id,
        actor=actor,
        occurred_at=occurred_at,
        booked_at=booked_at,
        origin=origin,
    )
    opened = open_memberships(
        contacts=[(registration.member_id, store_id, occurred_at)], source=MembershipSource.REGISTRATION, booked_at=booked_at, origin=origin
    )
    return Enrolment(
        member_id=registration.member_id,
        one_id=registration.one_id,
        created=registration.created,
        membership_ids={programme_id: membership_id for (_member, programme_id), membership_id in opened.items()},
        merge_case_ids=registration.merge_case_ids,
    )


def _as_trusted(place: int, claim: IdentityClaim, store_code: str, asserts_verified: bool, booked_at: datetime) -> IdentityClaim:
    if claim.provider in STORE_BOUND:
        if claim.scope != store_code:
            raise InvalidInput(_("A store names only its own customer and card numbers."), field=f"identities.{place}.scope")
        return IdentityClaim(claim.provider, claim.external_id, claim.scope, claim.verified_at or booked_at)
    return claim if asserts_verified else IdentityClaim(claim.provider, claim.external_id, claim.scope, None)


@transaction.atomic
def open_memberships(
    *, contacts: Sequence[tuple[int, int | None, datetime]], source: str, booked_at: datetime, origin: Origin = Origin.LIVE
) -> dict[tuple[int, int], int]:
    """Open what is missing of the store's and the platform's membership for each contact (member id, store id or None, when).

    Answers the membership ids of all of them by (member id, programme id), old and new; announces the new ones. Set-based.
    """
    if not contacts:
        return {}
    member_ids = [member_id for member_id, _store, _at in contacts]
    new = sql.rows(
        "stores/open_memberships",
        member_ids=member_ids,
        store_ids=[store_id or 0 for _member, store_id, _at in contacts],
        joined_ats=[at for _member, _store, at in contacts],
        source=source,
    )
    if new:
        ids = tuple(sorted(row["id"] for row in new))
        events.publish(MembershipsOpened(membership_ids=ids, origin=origin, booked_at=booked_at))
    programmes = dict(
        Store.objects.filter(pk__in={store_id for _m, store_id, _a in contacts if store_id}).values_list("id", "programme_id")
    )
    platform = Programme.objects.values_list("id", flat=True).get(kind=ProgrammeKind.PLATFORM)
    wanted = {(member_id, programmes[store_id]) for member_id, store_id, _at in contacts if store_id} | {
        (member_id, platform) for member_id in member_ids
    }
    rows = Membership.objects.filter(member_id__in=set(member_ids), programme_id__in={programme for _member, programme in wanted})
    return {(row[0], row[1]): row[2] for row in rows.values_list("member_id", "programme_id", "id") if (row[0], row[1]) in wanted}


def lock_memberships(membership_ids: Iterable[int]) -> None:
    """Hold memberships until the transaction ends, in id order (ruling 2): what every value-moving transaction does first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM stores_membership WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            [sorted(set(membership_ids))],
        )


def lock_programme(programme_id: int, *, against_joining: bool = False) -> None:
    """Hold a programme until the transaction ends: what everybody does who publishes rules of it.

    against_joining: nobody joins it meanwhile, and who is just joining has joined before this returns.
    """
    programmes = Programme.objects.filter(pk=programme_id)
    list(programmes.select_for_update(no_key=not against_joining))  # a new membership's foreign key waits for the full lock alone


@transaction.atomic
def create_programme(
    *,
    code: str,
    name: str,
    kind: ProgrammeKind,
    currency: str = Currency.CNY,
    time_zone: str = "Asia/Shanghai",
    preset: str = "",
    actor: str,
    at: datetime,
) -> Programme:
    """A programme of its own. preset: what it begins with (core.registry.presets); empty: the usual one. Raises CodeTaken, InvalidInput."""
    if Programme.objects.filter(code=code).exists():
        raise CodeTaken(field="code")
    if preset and preset not in {registry.BLANK, *(known.code for known in registry.presets())}:
        raise InvalidInput(_("There is no such preset."), field="preset")
    programme = Programme.objects.create(code=code, name=name, kind=kind, currency=currency, time_zone=time_zone)
    events.publish(ProgrammeCreated(programme_id=programme.pk, preset=preset, actor=actor, booked_at=at))
    return programme


@transaction.atomic
def create_store(
    *,
    programme_id: int | None = None,
    code: str,
    name: str,
    kind: StoreKind,
    platform: str = "",
    business_model: BusinessModel = BusinessModel.B2C,
    time_zone: str = "Asia/Shanghai",
    currency: str = Currency.CNY,
    order_url_template: str = "",
    after_sale_url_template: str = "",
    foreign_currency: str = "",
    foreign_rate: Decimal | None = None,
    preset: str = "",
    actor: str,
    at: datetime,
) -> Store:
    """A store in a programme; without one it gets a programme of its own under the same code.

    preset: what a programme of its own begins with (STO-09). Raises CodeTaken, InvalidInput.
    """
    if Store.objects.filter(code=code).exists():
        raise CodeTaken(field="code")
    if programme_id is None:
        programme_id = create_programme(
            code=code.lower(),
            name=name,
            kind=ProgrammeKind.STORE,
            currency=currency,
            time_zone=time_zone,
            preset=preset,
            actor=actor,
            at=at,
        ).pk
    return Store.objects.create(
        programme_id=programme_id,
        code=code,
        name=name,
        kind=kind,
        platform=platform,
        business_model=business_model,
        time_zone=time_zone,
        order_url_template=order_url_template,
        after_sale_url_template=after_sale_url_template,
        foreign_currency=foreign_currency,
        foreign_rate=foreign_rate,
    )


@transaction.atomic
def assign_role(
    *,
    user_id: int,
    store_id: int | None,
    role: StaffRole,
    valid_from: datetime,
    valid_until: datetime | None = None,
    actor: str,
    at: datetime,
) -> StaffAssignment:
    """Give somebody a role in a store, or on the platform (store_id None). Given again, it gets the new dates."""
    with because(actor=actor, at=at):
        held: dict[str, Any] = {"user_id": user_id, "store_id": store_id, "role": role}
        assignment, _created = StaffAssignment.objects.update_or_create(
            **held, defaults={"valid_from": valid_from, "valid_until": valid_until}
        )
    return assignment


@dataclass(frozen=True)
class ClientCredentials:
    """The secret is shown this once; the database keeps a hash."""

    client_pk: int
    client_id: str
    client_secret: str


@transaction.atomic
def create_api_client(
    *,
    store_id: int | None,
    name: str,
    scopes: Sequence[str],
    requests_per_minute: int = 600,
    client_id: str | None = None,
    client_secret: str | None = None,
) -> ClientCredentials:
    """A program that speaks for a store, or for the platform. Raises InvalidInput for an unknown scope."""
    unknown = sorted(set(scopes) - set(ClientScope.values))
    if unknown:
        raise InvalidInput(_("Unknown scope."), field="scopes", scope=unknown[0])
    secret = client_secret or secrets.token_urlsafe(32)
    client = ApiClient(
        store_id=store_id,
        name=name,
        scopes=sorted(set(scopes)),
        requests_per_minute=requests_per_minute,
        client_type=AbstractApplication.CLIENT_CONFIDENTIAL,
        authorization_grant_type=AbstractApplication.GRANT_CLIENT_CREDENTIALS,
        client_secret=secret,
    )
    if client_id:
        client.client_id = client_id
    client.save()
    return ClientCredentials(client.pk, client.client_id, secret)


@transaction.atomic
def add_service_note(*, member_id: int, programme_id: int, body: str, author_id: int, at: datetime) -> ServiceNote:
    """Write down something about a member for the stores of a programme. Raises NotAMember, InvalidInput for an empty note."""
    if not body.strip():
        raise InvalidInput(_("The note is empty."), field="body")
    if not Membership.objects.filter(member_id=member_id, programme_id=programme_id).exists():
        raise NotAMember()
    return ServiceNote.objects.create(member_id=member_id, programme_id=programme_id, body=body.strip(), author_id=author_id, created_at=at)


@dataclass(frozen=True)
class Opened:
    """What `open_house` made: words of "platform", "store", "administrator".  password: of the administrator, kept nowhere else."""

    made: tuple[str, ...]
    password: str | None


@transaction.atomic
def open_house(
    *,
    platform_name: str,
    store_code: str,
    store_name: str,
    store_kind: StoreKind,
    username: str,
    currency: str = Currency.CNY,
    time_zone: str = "Asia/Shanghai",
    preset: str = "",
    actor: str,
    at: datetime,
) -> Opened:
    """Make what a new installation lacks: the platform's programme, a first store, somebody who may do everything.

    What is there stays as it is: a second run makes nothing. Raises CodeTaken, InvalidInput when the username is somebody else's.
    """
    made = []
    password = None
    users = get_user_model().objects
    if not Programme.objects.filter(kind=ProgrammeKind.PLATFORM).exists():
        create_programme(
            code="platform",
            name=platform_name,
            kind=ProgrammeKind.PLATFORM,
            currency=currency,
            time_zone=time_zone,
            preset=preset,
            actor=actor,
            at=at,
        )
        made.append("platform")
    if not Store.objects.exists():
        create_store(
            code=store_code, name=store_name, kind=store_kind, currency=currency, time_zone=time_zone, preset=preset, actor=actor, at=at
        )
        made.append("store")
    if not users.filter(is_superuser=True).exists():
        if users.filter(username=username).exists():
            raise InvalidInput(_("This user name is taken."), field="username")
        password = secrets.token_urlsafe(15)
        user = users.create_superuser(username=username, password=password)
        assign_role(user_id=user.pk, store_id=None, role=StaffRole.ADMIN, valid_from=at, actor=actor, at=at)
        made.append("administrator")
    return Opened(tuple(made), password)
