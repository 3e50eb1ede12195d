"""The cast of the story world: the people of fixture world F1, and others who show one thing each.

Every moment is told as "so long before now", so that the same cast stands in a test whose clock is frozen at 2024-05-20 10:00 in
Shanghai (F1's own dates come out to the minute) and in a demo that was loaded today.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from core.enums import Origin
from demo.world import openings
from demo.world.deeds import Deeds
from demo.world.facts import Facts
from demo.world.house import ACTOR, House, open_house
from demo.world.mall import open_mall
from demo.world.moments import FROZEN, days, month_began, months_before
from demo.world.parts import EVERYBODY, POLICY, Part
from demo.world.scenes import Scenes
from growth.services import subscriptions
from members import services as members_services
from members.enums import MemberStatus
from members.models import Member
from members.rules import ConsentGiven
from members.services import ChildIn, Newcomer
from stores import selectors as stores_selectors
from stores import services as stores_services
from stores.enums import MembershipSource
from stores.models import ServiceNote

__all__ = ["FROZEN", "Cast", "build_cast", "cast_facts", "finish_cast", "register_cast"]


@dataclass(frozen=True)
class Cast:
    """Member ids and one_ids by key."""

    house: House
    member_ids: Mapping[str, int]
    one_ids: Mapping[str, str]


@transaction.atomic
def build_cast(now: datetime) -> Cast:
    """Put the cast into the database as it stands at `now` (aware), with no cycle run. A second call with the same now changes nothing."""
    cast = register_cast(open_house(now), now)
    open_mall(cast.house, now)
    boundary = month_began(now, 0)
    deeds = Deeds(now, cast.house, cast.member_ids)
    told, coming = cast_facts(cast, now).split(boundary)
    deeds.tell(told, until=boundary)
    openings.take_over(cast.house, cast.member_ids, coming, boundary, now)
    deeds.tell(coming)
    finish_cast(cast, now)
    deeds.nights()
    deeds.do_the_rest()
    return cast


def register_cast(house: House, now: datetime) -> Cast:
    """Make them members of their stores, with what they brought along. Those who are keep what they have."""
    registrations = members_services.register_many(
        newcomers=[_newcomer(part, now) for part in EVERYBODY], source="demo", actor=ACTOR, booked_at=now, origin=Origin.BACKFILL
    )
    told = dict(zip((part.key for part in EVERYBODY), registrations, strict=True))
    member_ids = {key: registration.member_id for key, registration in told.items()}
    stores_services.open_memberships(
        contacts=[
            (member_ids[part.key], house.stores[code], now - part.registered_ago + days(30) * place)
            for part in EVERYBODY
            for place, code in enumerate(part.stores)
        ],
        source=MembershipSource.REGISTRATION,
        booked_at=now,
        origin=Origin.BACKFILL,
    )
    openings.join_with(house, member_ids, now)
    cast = Cast(house=house, member_ids=member_ids, one_ids={key: registration.one_id for key, registration in told.items()})
    Deeds(now, house, member_ids).bring(cast_facts(cast, now))
    return cast


def cast_facts(cast: Cast, now: datetime) -> Facts:
    """Everything they did before `now`."""
    return Scenes(now, cast.house, cast.member_ids).facts()


def finish_cast(cast: Cast, now: datetime) -> None:
    """What was done about them in the last days: a year card sold, service notes, an account frozen. What is done already is left."""
    subscriptions.subscribe(
        membership_id=stores_selectors.membership(cast.member_ids["PLUS"], cast.house.programmes["P1"]).pk,
        plan_code="plus-year",
        payment_no="DEMO-YEAR-CARD-1",
        paid_at=now - days(40),
        actor=ACTOR,
        booked_at=now,
        origin=Origin.BACKFILL,
    )
    for part in EVERYBODY:
        member_id = cast.member_ids[part.key]
        for place, (programme, author, words) in enumerate(part.notes):
            if not ServiceNote.objects.filter(member_id=member_id, body=words).exists():
                stores_services.add_service_note(
                    member_id=member_id,
                    programme_id=cast.house.programmes[programme],
                    body=words,
                    author_id=cast.house.staff[author],
                    at=now - days(20 - 5 * place),
                )
        if part.frozen_because and Member.objects.filter(pk=member_id, status=MemberStatus.ACTIVE).exists():
            members_services.freeze_member(member_id=member_id, reason=part.frozen_because, actor=ACTOR, at=now - days(8))


def _newcomer(part: Part, now: datetime) -> Newcomer:
    registered_at = now - part.registered_ago
    return Newcomer(
        profile=part.profile,
        identities=[replace(claim, verified_at=registered_at) for claim in (part.identity, *part.also)],
        registered_at=registered_at,
        channel=part.channel,
        consents=[ConsentGiven(purpose, POLICY) for purpose in part.consents],
        addresses=part.addresses,
        children=[ChildIn(months_before(now, months), gender, registered_at) for months, gender in part.children_months],
        switches=part.switches,
        is_synthetic=True,
    )
