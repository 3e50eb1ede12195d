"""How fast people come in: registered by thousands with their memberships, beside COPY of the same rows into the same tables."""

import io
import random
import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from core.enums import Channel, Origin
from members import services as members_services
from members.rules import AddressIn, IdentityClaim, Profile
from members.services import Newcomer
from stores import member_import
from stores import services as stores_services
from stores.enums import MembershipSource
from stores.member_files import MemberMapping
from stores.models import Store
from tests.bench.figures import Figure, Report, interleaved, percentile, seconds
from tests.bench.world import GIVEN, SURNAMES, World

MEMBER_COLUMNS = (
    "id, one_id, status, name, nickname, avatar_url, gender, phone, phone_verified_at, email, landline, province_code, city_code, "
    "district_code, country, occupation, marital_status, registered_at, register_channel, register_source, version, updated_at, "
    "is_synthetic"
)

ADDRESS_COLUMNS = "member_id, label, receiver, phone, country, province_code, city_code, district_code, street, is_default, created_at"


def measure(world: World, report: Report, *, rounds: int, people: int) -> None:
    """A row is a person: a member, a proved phone, an address and two memberships."""
    taken = iter(range(10**9))
    drawn = random.Random(5)

    def newcomers() -> list[Newcomer]:
        return [_newcomer(world, next(taken), drawn) for _ in range(people)]

    def timed(work: Callable[[Sequence[Newcomer]], None]) -> Callable[[int], float]:
        def run(_turn: int) -> float:
            made = newcomers()
            return people / seconds(lambda: work(made))

        return run

    copied, registered, filed = "COPY into the same tables", "the engine, effects off", "the whole road from a CSV file, effects off"
    runners = {
        copied: timed(lambda made: _copy(world, made)),
        registered: timed(lambda made: _register(world, made)),
        filed: timed(lambda made: _import(world, made)),
    }
    for run in runners.values():
        run(0)
    rates = {name: percentile(found, 0.5) for name, found in interleaved(rounds, runners).items()}
    group = "Import of members"
    report.add(
        Figure(group, f"{copied} (the floor)", rates[copied], "members/s"),
        Figure(group, registered, rates[registered], "members/s", rates[copied], copied),
        Figure(group, filed, rates[filed], "members/s", rates[copied], copied),
    )


def _newcomer(world: World, number: int, drawn: random.Random) -> Newcomer:
    joined = world.now - timedelta(days=drawn.randrange(1, 700))
    phone = f"+86198{number:08}"
    name = drawn.choice(SURNAMES) + drawn.choice(GIVEN) + drawn.choice(GIVEN)
    return Newcomer(
        profile=Profile(name=name, phone=phone),
        identities=[IdentityClaim("phone", phone, "", joined)],
        registered_at=joined,
        channel=Channel.IMPORT,
        addresses=[AddressIn(receiver=name, phone=phone, street=f"科技路{number % 900}号")],
    )


def _register(world: World, newcomers: Sequence[Newcomer]) -> None:
    now = timezone.now()
    with transaction.atomic():
        made = members_services.register_many(newcomers=newcomers, source="bench", actor="bench", booked_at=now, origin=Origin.BACKFILL)
        assert all(registration.created for registration in made)
        stores_services.open_memberships(
            contacts=[
                (registration.member_id, world.store_ids[1], newcomer.registered_at)
                for registration, newcomer in zip(made, newcomers, strict=True)
            ],
            source=MembershipSource.IMPORT,
            booked_at=now,
            origin=Origin.BACKFILL,
        )


def _import(world: World, newcomers: Sequence[Newcomer]) -> None:
    lines = ["phone,name,address,joined_at"]
    for said in newcomers:
        lines.append(f"{said.profile.phone},{said.profile.name},{said.addresses[0].street},{said.registered_at.date()}")
    content = "\n".join(lines).encode()
    report = member_import.import_members(
        open_file=lambda: io.BytesIO(content),
        mapping=MemberMapping(columns={}, phones_verified=True),
        store=Store.objects.get(pk=world.store_ids[1]),
        actor="bench",
        booked_at=timezone.now(),
        origin=Origin.BACKFILL,
    )
    assert report.new == len(newcomers), report


def _copy(world: World, newcomers: Sequence[Newcomer]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT store.programme_id, platform.id FROM stores_store AS store, stores_programme AS platform"
            " WHERE store.id = %s AND platform.kind = 'platform'",
            [world.store_ids[1]],
        )
        programmes = cursor.fetchone()
        cursor.execute("SELECT min(nextval('members_member_id_seq')) FROM generate_series(1, %s)", [len(newcomers)])
        first = int(cursor.fetchone()[0])
        cursor.execute("SELECT min(nextval('stores_member_no')) FROM generate_series(1, %s)", [2 * len(newcomers)])
        number = int(cursor.fetchone()[0])
        with cursor.cursor.copy(f"COPY members_member ({MEMBER_COLUMNS}) FROM STDIN") as copy:
            for place, said in enumerate(newcomers):
                copy.write_row(
                    (
                        first + place, f"mem_{uuid.uuid4().hex}", "active", said.profile.name, "", "", "unknown", said.profile.phone,
                        said.registered_at, "", "", "", "", "", "", "", "unknown", said.registered_at, said.channel, "bench", 1,
                        said.registered_at, False,
                    )
                )  # fmt: skip
        with cursor.cursor.copy(
            "COPY members_identity (member_id, provider, scope, external_id, verified_at, created_at) FROM STDIN"
        ) as copy:
            for place, said in enumerate(newcomers):
                copy.write_row((first + place, "phone", "", said.profile.phone, said.registered_at, said.registered_at))
        with cursor.cursor.copy(
            "COPY stores_membership (member_id, programme_id, member_no, joined_at, source, status) FROM STDIN"
        ) as copy:
            for place, said in enumerate(newcomers):
                for turn, programme_id in enumerate(programmes):
                    no = str(number + 2 * place + turn)
                    copy.write_row((first + place, programme_id, no, said.registered_at, MembershipSource.IMPORT.value, "active"))
