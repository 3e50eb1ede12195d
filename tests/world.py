"""The small world access tests stand in: a platform, two programmes, three stores, people who work there. Written through services."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import get_user_model

from core.enums import Channel
from core.registry import BLANK
from members.enums import Provider
from members.rules import IdentityClaim, Profile
from stores import services as stores_services
from stores.enums import ProgrammeKind, StaffRole, StoreKind
from stores.models import Programme, Store
from stores.services import Enrolment

NOW = datetime(2024, 5, 20, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai: the frozen moment of the acceptance scripts


def platform() -> Programme:
    """The platform's programme, made when first asked for."""
    known = Programme.objects.filter(kind=ProgrammeKind.PLATFORM).first()
    return known or stores_services.create_programme(
        code="platform", name="平台", kind=ProgrammeKind.PLATFORM, preset=BLANK, actor="test", at=NOW
    )


def store(code: str = "S001", **values: Any) -> Store:
    """A store with a programme of its own, or in the programme given; made when first asked for."""
    platform()
    known = Store.objects.filter(code=code).first()
    return known or stores_services.create_store(
        **{"code": code, "name": code, "kind": StoreKind.SELF_RUN, "preset": BLANK, "actor": "test", "at": NOW, **values}
    )


def staff(username: str, *roles: tuple[StaffRole, Store | None]) -> Any:
    """Somebody who works in the back office, with these roles; a store of None is the platform."""
    user = get_user_model().objects.create_user(username=username, password="guanxi-test-password", is_staff=True)
    for role, at_store in roles:
        stores_services.assign_role(
            user_id=user.pk,
            store_id=at_store.pk if at_store else None,
            role=role,
            valid_from=datetime(2020, 1, 1, tzinfo=UTC),
            actor="test",
            at=NOW,
        )
    return user


def enrol(
    at_store: Store | None, phone: str = "", *, verified: bool = True, name: str = "", at: datetime = NOW, **profile: Any
) -> Enrolment:
    """Somebody who joined at a store, with a proven phone unless said otherwise."""
    platform()
    claims = [IdentityClaim(Provider.PHONE.value, phone, verified_at=at if verified else None)] if phone else []
    return stores_services.enrol_member(
        store_id=at_store.pk if at_store else None,
        profile=Profile(name=name or "某人", phone=phone, **profile),
        identities=claims,
        channel=Channel.APP,
        asserts_verified=True,
        actor="test",
        occurred_at=at,
        booked_at=at,
    )
