"""Programmes, stores, staff and API clients of the demo: the stage on which everything else plays (fixture world F1)."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.enums import Currency
from growth.selectors import schemes as schemes_selectors
from growth.services import presets
from points.rules.versions import DEFAULT_TERMS, PointsTerms
from points.selectors import versions as versions_selectors
from points.services import versions
from stores import services as stores_services
from stores.enums import ClientScope, ProgrammeKind, StaffRole, StoreKind
from stores.models import ApiClient, Programme, Store

ACTOR = "command:seed_demo"
PASSWORD = "demo-2024"  # noqa: S105 - everybody's, in the demo and nowhere else
HELD_AT_P2 = 3 * 24 * 60  # minutes for which 北巷 holds points for an order
POUND_RATE = Decimal(10)  # 1 GBP = 10 CNY, fixed; shown wherever amounts of the real purchases are explained


@dataclass(frozen=True)
class House:
    """Ids by code and by user name."""

    programmes: Mapping[str, int]
    stores: Mapping[str, int]
    staff: Mapping[str, int]


@dataclass(frozen=True)
class ProgrammePlan:
    """presets: what its levels, benefits and growth rules begin as (growth.services.presets), the first a complete one.

    points: what its points rules say.
    """

    code: str
    name: str
    kind: ProgrammeKind
    presets: tuple[str, ...]
    points: PointsTerms = DEFAULT_TERMS


@dataclass(frozen=True)
class StorePlan:
    """site: the invented host of the shop's own system, where orders and after-sales are handled (CSL-06, CSL-08)."""

    code: str
    name: str
    kind: StoreKind
    programme: str
    platform: str
    site: str
    time_zone: str = "Asia/Shanghai"
    foreign: tuple[str, Decimal | None] = ("", None)


@dataclass(frozen=True)
class StaffPlan:
    """stores: codes; none for the platform.  shows: what the login page says of the account; empty leaves it out there."""

    username: str
    name: str
    role: StaffRole
    stores: tuple[str, ...] = ()
    shows: str | Promise = ""


@dataclass(frozen=True)
class ClientPlan:
    """store: a code, None for the platform."""

    client_id: str
    name: str
    store: str | None
    key: str  # of the lines in demo.http.env


PROGRAMMES = (
    ProgrammePlan("platform", "平台会员", ProgrammeKind.PLATFORM, ("jd_five",)),
    ProgrammePlan("P1", "安禾会员", ProgrammeKind.STORE, ("jd_five", "plus", "stored_value")),
    ProgrammePlan(
        "P2",
        "北巷会员",
        ProgrammeKind.STORE,
        ("taobao_three",),
        replace(DEFAULT_TERMS, lifetime_months=12, hold_minutes=HELD_AT_P2),
    ),
    ProgrammePlan("UKGIFT", "英伦家居会员", ProgrammeKind.STORE, ("jd_five",)),
)
STORES = (
    StorePlan("S001", "安禾母婴旗舰店", StoreKind.SELF_RUN, "P1", "own_b2c", "https://oms.example"),
    StorePlan("S101", "安禾线下店", StoreKind.OFFLINE, "P1", "till", "https://till.example"),
    StorePlan("S002", "北巷女装", StoreKind.MERCHANT, "P2", "own_b2c", "https://beixiang.example"),
    StorePlan(
        "UKGIFT",
        "英伦家居礼品（跨境）",
        StoreKind.MERCHANT,
        "UKGIFT",
        "cross_border",
        "https://ukgift.example",
        "Europe/London",
        ("GBP", POUND_RATE),
    ),
    StorePlan(
        "UKGIFT-INTL",
        "英伦家居礼品海外站",
        StoreKind.MERCHANT,
        "UKGIFT",
        "cross_border",
        "https://intl.ukgift.example",
        "Europe/London",
        ("GBP", POUND_RATE),
    ),
)
STAFF = (
    StaffPlan(
        "cs01",
        "客服小安",
        StaffRole.CUSTOMER_SERVICE,
        ("S001", "S101"),
        _("Looks members up, writes notes, reveals a masked field with a reason."),
    ),
    StaffPlan(
        "op01", "运营小禾", StaffRole.OPERATOR, ("S001", "S101"), _("Runs the shops of 安禾: imports, settings, phones stay masked.")
    ),
    StaffPlan("ap01", "审批老王", StaffRole.APPROVER, ("S001", "S101"), _("The second person for what one may not do alone.")),
    StaffPlan("pos01", "收银小玲", StaffRole.TILL_CLERK, ("S101",), _("Finds members at the till; never reveals anything.")),
    StaffPlan("auditor", "审计老周", StaffRole.AUDITOR, (), _("Reads the access log of the whole platform.")),
    StaffPlan("admin", "平台管理员", StaffRole.ADMIN, (), _("Sees every store, keeps stores, staff and API clients.")),
    StaffPlan("op02", "运营小北", StaffRole.OPERATOR, ("S002",), _("Runs 北巷, next door: finds nobody who is not its own customer.")),
    StaffPlan("ap02", "审批老李", StaffRole.APPROVER, ("S001", "S101")),
    StaffPlan("uk01", "客服小英", StaffRole.CUSTOMER_SERVICE, ("UKGIFT", "UKGIFT-INTL"), _("Serves the customers of the real purchases.")),
)
CLIENTS = (
    ClientPlan("demo-s001", "安禾母婴旗舰店商城", "S001", "S001"),
    ClientPlan("demo-s002", "北巷女装商城", "S002", "S002"),
    ClientPlan("demo-platform", "平台中台", None, "PLATFORM"),
)


@transaction.atomic
def open_house(now: datetime, *, set_up_at: datetime | None = None) -> House:
    """Programmes with their levels, stores and staff as they have been for two and a half years at `now`. What is there stays as it is.

    set_up_at: when programmes from before there were levels got them, so that RFM does not judge the time before.
    """
    since = now - timedelta(days=900)
    for programme in PROGRAMMES:
        if not Programme.objects.filter(code=programme.code).exists():
            stores_services.create_programme(
                code=programme.code, name=programme.name, kind=programme.kind, preset=programme.presets[0], actor=ACTOR, at=since
            )
    programmes = dict(Programme.objects.values_list("code", "id"))
    for programme in PROGRAMMES:
        _set_up(programmes[programme.code], programme.presets, set_up_at or since)
        _give_points(programmes[programme.code], programme.points, set_up_at or since)
    for store in STORES:
        if not Store.objects.filter(code=store.code).exists():
            foreign_currency, foreign_rate = store.foreign
            stores_services.create_store(
                programme_id=programmes[store.programme],
                code=store.code,
                name=store.name,
                kind=store.kind,
                platform=store.platform,
                time_zone=store.time_zone,
                currency=Currency.CNY,
                order_url_template=store.site + "/o/{order_no}",
                after_sale_url_template=store.site + "/as/{after_sale_no}",
                foreign_currency=foreign_currency,
                foreign_rate=foreign_rate,
                actor=ACTOR,
                at=since,
            )
    stores = dict(Store.objects.values_list("code", "id"))
    return House(programmes=programmes, stores=stores, staff=_hire(stores, since))


def _set_up(programme_id: int, names: tuple[str, ...], since: datetime) -> None:
    """Publish the presets whose tracks have no scheme yet: before anybody joins, or in a database from before there were schemes."""
    for name in names:
        if not any(schemes_selectors.published(programme_id, plan.track) for plan in presets.read(name).schemes):
            presets.apply_preset(programme_id=programme_id, preset=name, actor=ACTOR, at=since)


def _give_points(programme_id: int, terms: PointsTerms, since: datetime) -> None:
    """Publish the programme's points rules in place of those every new programme has. Rules that somebody has changed since stay."""
    held = versions_selectors.published(programme_id)
    if held is not None and (held.number > 1 or terms == DEFAULT_TERMS):
        return
    draft = versions.create_draft(programme_id=programme_id, actor=ACTOR, at=since)
    versions.change_draft(version_id=draft.pk, terms=terms, actor=ACTOR, at=since)
    versions.publish_draft(version_id=draft.pk, actor=ACTOR, at=since)


def _hire(stores: Mapping[str, int], since: datetime) -> dict[str, int]:
    users = get_user_model().objects
    missing = [staff for staff in STAFF if not users.filter(username=staff.username).exists()]
    password = make_password(PASSWORD) if missing else ""  # hashed once: nine slow hashes would be seconds of the first start
    for staff in missing:
        user = users.create(
            username=staff.username,
            first_name=staff.name,
            password=password,
            is_staff=True,
            is_superuser=staff.role == StaffRole.ADMIN,
            date_joined=since,
        )
        for code in staff.stores or (None,):
            stores_services.assign_role(
                user_id=user.pk, store_id=stores[code] if code else None, role=staff.role, valid_from=since, actor=ACTOR, at=since
            )
    return dict(users.filter(username__in=[staff.username for staff in STAFF]).values_list("username", "id"))


@transaction.atomic
def open_clients(house: House, credentials: Path) -> None:
    """API clients for S001, S002 and the platform; their secrets in the file `credentials`, readable by its owner alone.

    The secrets follow from SECRET_KEY, so that a lost file can be written again while the database keeps hashes only.
    """
    lines = ["# Made by `manage.py seed_demo`, good for this demo only. docs/quickstart.md says what to do with them."]
    for client in CLIENTS:
        secret = client_secret(client.client_id)
        if not ApiClient.objects.filter(client_id=client.client_id).exists():
            stores_services.create_api_client(
                store_id=house.stores[client.store] if client.store else None,
                name=client.name,
                scopes=ClientScope.values,
                client_id=client.client_id,
                client_secret=secret,
            )
        lines += [f"{client.key}_CLIENT_ID={client.client_id}", f"{client.key}_CLIENT_SECRET={secret}"]
    credentials.parent.mkdir(parents=True, exist_ok=True)
    credentials.touch(mode=0o600)
    credentials.write_text("\n".join(lines) + "\n", encoding="utf-8")


def client_secret(client_id: str) -> str:
    """The secret of a demo client of this installation."""
    return hmac.new(settings.SECRET_KEY.encode(), f"demo-client:{client_id}".encode(), hashlib.sha256).hexdigest()
