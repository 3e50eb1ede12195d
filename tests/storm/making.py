"""The world of a storm, made by the product's own services: a platform, two shops, rules, offers, people with points in all three."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.enums import Channel
from core.registry import BLANK
from coupons.services import templates
from growth.services.presets import DEFAULT, apply_preset
from members.enums import Provider
from members.rules import IdentityClaim, Profile
from points.rules.versions import PointsTerms
from points.services import exchange, rewards, spending, versions
from points.services.rewards import RewardIn
from stores import services as stores_services
from stores.enums import ClientScope, ProgrammeKind, StoreKind
from stores.webhooks import services as webhooks
from tests.storm.world import CODES, COST, OPENING, PER_YUAN, PROGRAMMES, RATIOS, REWARD, SHOPS, STEP, STOCKS, World

TOPICS = ("coupon.changed", "level.changed", "redemption.cancelled", "redemption.created")
SCOPES = (
    ClientScope.ORDERS_WRITE,
    ClientScope.POINTS_WRITE,
    ClientScope.POINTS_EXCHANGE,
    ClientScope.REWARDS_WRITE,
    ClientScope.COUPONS_WRITE,
)


def build(*, members: int, webhook_url: str, now: datetime) -> World:
    """Fill an empty, migrated database."""
    by: dict[str, Any] = {"actor": "storm", "at": now}
    platform = stores_services.create_programme(code="platform", name="平台", kind=ProgrammeKind.PLATFORM, preset=BLANK, **by)
    programmes, stores = {"platform": platform.pk}, {}
    for shop in SHOPS:
        store = stores_services.create_store(code=shop, name=shop, kind=StoreKind.MERCHANT, preset=BLANK, **by)
        stores[shop], programmes[shop] = store.pk, store.programme_id
    for name, programme_id in programmes.items():
        _rules(programme_id, name, by)
    for pair, (ratio_from, ratio_to) in RATIOS.items():
        given, taken = (programmes[name] for name in pair.split(">"))
        ratio: dict[str, Any] = {"ratio_from": ratio_from, "ratio_to": ratio_to, "step": STEP, "minimum": STEP}
        exchange.save_pair(from_programme_id=given, to_programme_id=taken, **ratio, **by)
    for shop in SHOPS:
        _offers(programmes[shop], by)
    webhooks.create_endpoint(store_id=None, url=webhook_url, topics=TOPICS, **by)
    one_ids = [_person(number, stores, now) for number in range(members)]
    return World(one_ids, _clients(stores), PER_YUAN, RATIOS, OPENING)


def _rules(programme_id: int, name: str, by: Mapping[str, Any]) -> None:
    """Points for orders alone, and the usual five levels with their gifts."""
    draft = versions.create_draft(programme_id=programme_id, **by)
    versions.change_draft(version_id=draft.pk, terms=PointsTerms(points_per_unit=Decimal(PER_YUAN[name])), **by)
    versions.publish_draft(version_id=draft.pk, **by)
    apply_preset(programme_id=programme_id, preset=DEFAULT, **by)


def _offers(programme_id: int, by: Mapping[str, Any]) -> None:
    """A reward with codes that run out, a coupon that does not and one that does."""
    film = rewards.save_reward(programme_id=programme_id, code=REWARD, kind="virtual_code", said=RewardIn("电影票", COST), **by)
    rewards.add_codes(reward_id=film.pk, codes=[f"FILM-{number:04d}" for number in range(CODES)], **by)
    terms: dict[str, Any] = {"kind": "amount", "face_minor": 300, "validity": "days", "valid_amount": 7, "is_claimable": True}
    for code, stock in STOCKS.items():
        templates.save_template(programme_id=programme_id, code=code, name=code, stock=stock, **terms, **by)


def _person(number: int, stores: Mapping[str, int], now: datetime) -> str:
    """Somebody who belongs to both shops and the platform."""
    phone = f"+86139{number:08d}"
    claims = [IdentityClaim(Provider.PHONE.value, phone, verified_at=now)]
    memberships: dict[int, int] = {}
    for store_id in stores.values():
        enrolled = stores_services.enrol_member(
            store_id=store_id, profile=Profile(name=f"某人{number}", phone=phone), identities=claims, channel=Channel.APP,
            asserts_verified=True, actor="storm", occurred_at=now, booked_at=now,
        )  # fmt: skip
        memberships |= enrolled.membership_ids
    for membership_id in memberships.values():
        spending.credit_points(membership_id=membership_id, points=OPENING, reference="opening", actor="storm", at=now)
    return enrolled.one_id


def _clients(stores: Mapping[str, int]) -> dict[str, tuple[str, str]]:
    """One for each shop and one for the platform, as fast as they like."""
    found = {}
    for name in PROGRAMMES:
        made = stores_services.create_api_client(
            store_id=stores.get(name), name=name, scopes=[scope.value for scope in SCOPES], requests_per_minute=100_000_000
        )
        found[name] = (made.client_id, made.client_secret)
    return found
