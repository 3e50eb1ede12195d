"""Put the crowd of the story world into the database, through the services everybody uses."""

from collections.abc import Mapping
from datetime import datetime

from activity.inputs import AfterSaleIn, AfterSaleLineIn, EventIn, OrderIn, WalletIn
from core.enums import Currency, Origin
from demo.world import facts
from demo.world.crowd import Crowd, Joined
from demo.world.facts import Advance, Facts
from demo.world.house import ACTOR, House
from demo.world.parts import POLICY
from members import services as members_services
from members.enums import Provider
from members.rules import AddressIn, ConsentGiven, IdentityClaim, Profile
from members.services import ChildIn, Newcomer
from stores import services as stores_services
from stores.enums import MembershipSource


def load_crowd(crowd: Crowd, *, house: House, now: datetime, advance: Advance) -> dict[str, int]:
    """Everybody and everything the crowd's plan names. Committed step by step: a second run with the same plan finishes or changes nothing.

    Answers how many of each there are now.
    """
    member_ids = register_crowd(crowd, house=house, now=now)
    advance(len(crowd.members))
    crowd_facts(crowd, house=house, member_ids=member_ids, now=now).record(now, advance)
    return counts(crowd)


def crowd_facts(crowd: Crowd, *, house: House, member_ids: Mapping[int, int], now: datetime) -> Facts:
    """What they did before `now`. member_ids: by number."""
    receivers = {joined.number: _address(joined) for joined in crowd.members}
    return Facts(
        orders=_orders(crowd, house, member_ids, receivers),
        after_sales=_after_sales(crowd, house, member_ids, receivers),
        events=_events(crowd, house, member_ids),
        wallets=_wallets(crowd, house, member_ids, now),
    )


def counts(crowd: Crowd) -> dict[str, int]:
    """How many of each the plan names."""
    return {
        "members": len(crowd.members),
        "orders": len(crowd.orders),
        "after_sales": len(crowd.after_sales),
        "events": len(crowd.events),
        "wallets": len(crowd.purses),
    }


def size(crowd: Crowd) -> int:
    """What `advance` will have been told when the crowd is loaded."""
    return sum(counts(crowd).values())


def register_crowd(crowd: Crowd, *, house: House, now: datetime) -> dict[int, int]:
    """Make them members of their stores; answers member ids by number."""
    registrations = members_services.register_many(
        newcomers=[_newcomer(joined) for joined in crowd.members], source="demo", actor=ACTOR, booked_at=now, origin=Origin.BACKFILL
    )
    member_ids = {joined.number: told.member_id for joined, told in zip(crowd.members, registrations, strict=True)}
    stores_services.open_memberships(
        contacts=[
            (member_ids[joined.number], house.stores[code], joined.registered_at) for joined in crowd.members for code in joined.stores
        ],
        source=MembershipSource.REGISTRATION,
        booked_at=now,
        origin=Origin.BACKFILL,
    )
    return member_ids


def _newcomer(joined: Joined) -> Newcomer:
    person, at = joined.person, joined.registered_at
    claims = [IdentityClaim(Provider.PHONE, person.phone, verified_at=at)]
    if joined.has_wechat:
        claims.append(IdentityClaim(Provider.WECHAT_UNIONID, f"demo-union-{joined.number:05d}", verified_at=at))
    if joined.card:
        claims.append(IdentityClaim(Provider.POS_CARD, joined.card, scope="S101", verified_at=at))
    return Newcomer(
        profile=Profile(
            name=person.name,
            nickname=joined.nickname,
            gender=person.gender,
            birthday=person.birthday,
            email=person.email,
            province_code=person.home.province_code,
            city_code=person.home.city_code,
            district_code=person.home.district_code,
        ),
        identities=claims,
        registered_at=at,
        channel=joined.channel,
        consents=[ConsentGiven(purpose, POLICY) for purpose in joined.consents],
        addresses=[_address(joined)],
        children=[ChildIn(birth_month, gender, at) for birth_month, gender in joined.children],
        switches=joined.switches,
        is_synthetic=True,
    )


def _address(joined: Joined) -> AddressIn:
    home = joined.person.home
    return AddressIn(
        receiver=joined.person.name,
        phone=joined.person.phone,
        street=home.street,
        label="家",
        province_code=home.province_code,
        city_code=home.city_code,
        district_code=home.district_code,
        is_default=True,
    )


def _orders(crowd: Crowd, house: House, member_ids: Mapping[int, int], receivers: Mapping[int, AddressIn]) -> list[OrderIn]:
    return [
        facts.order(
            store_id=house.stores[order.store],
            order_no=order.order_no,
            member_id=member_ids[order.number],
            channel=order.channel,
            times=order.times,
            lines=order.lines,
            discount_minor=order.discount_minor,
            coupon_minor=order.coupon_minor,
            points_used=order.points_used,
            postage_minor=order.postage_minor,
            receiver=receivers[order.number] if order.store != "S101" else None,
        )
        for order in crowd.orders
    ]


def _events(crowd: Crowd, house: House, member_ids: Mapping[int, int]) -> list[EventIn]:
    return [
        EventIn(
            source=did.store,
            event_id=did.event_id,
            member_id=member_ids[did.number],
            store_id=house.stores[did.store],
            kind=did.kind,
            channel=did.channel,
            occurred_at=did.occurred_at,
            **did.more,  # type: ignore[arg-type]
        )
        for did in crowd.events
    ]


def _after_sales(crowd: Crowd, house: House, member_ids: Mapping[int, int], receivers: Mapping[int, AddressIn]) -> list[AfterSaleIn]:
    return [
        AfterSaleIn(
            store_id=house.stores[back.store],
            after_sale_no=back.after_sale_no,
            order_no=back.order_no,
            member_id=member_ids[back.number],
            kind=back.kind,
            status=back.status,
            currency=Currency.CNY,
            refund_minor=back.refund_minor,
            reason=back.reason,
            applied_at=back.applied_at,
            settled_at=back.settled_at,
            receiver_name=receivers[back.number].receiver,
            receiver_phone=receivers[back.number].phone,
            receiver_address=facts.address_text(receivers[back.number]),
            lines=(AfterSaleLineIn(line_no=back.line_no, quantity=back.quantity, refund_minor=back.refund_minor),),
        )
        for back in crowd.after_sales
    ]


def _wallets(crowd: Crowd, house: House, member_ids: Mapping[int, int], now: datetime) -> list[WalletIn]:
    return [
        WalletIn(
            member_id=member_ids[purse.number],
            store_id=house.stores["S001"],
            currency=Currency.CNY,
            balance_minor=purse.recharge_total_minor - purse.spent_total_minor + purse.gift_total_minor,
            red_packet_minor=purse.red_packet_minor,
            recharge_total_minor=purse.recharge_total_minor,
            spent_total_minor=purse.spent_total_minor,
            gift_total_minor=purse.gift_total_minor,
            as_of=now,
        )
        for purse in crowd.purses
    ]
