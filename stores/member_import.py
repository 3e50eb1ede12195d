"""A store's list of members (STO-03, A-44, script OP-8): linked, new, or refused line by line.

A line is linked by a verified phone or the same unionid, and by the card and customer numbers that the store itself has given out.
Whatever is weaker makes a new member and a merge case, side by side, for a person to decide. Every thousand lines are one transaction;
a dry run is the same code with each of them rolled back.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TextIO

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import csvio, sql
from core.csvio import Flaw, Opener
from core.enums import Channel, Origin
from core.watching import Unwatched, Watcher
from members import selectors as members_selectors
from members import services as members_services
from members.enums import MergeReason, Provider
from members.rules import AddressIn, IdentityClaim, Profile
from members.services import Newcomer
from stores import services
from stores.enums import MemberImportPhase, MembershipSource
from stores.member_files import MemberMapping, Person, PersonReader
from stores.models import Store

AT_ONCE = 1_000  # lines a transaction
COPIED_AT_ONCE = 20_000
_PERSON = ", ".join(Person._fields)


@dataclass
class MemberImportReport:
    """linked: members there before, now (or already) of this store.  new: made.  errors: refused lines.  merge_cases: opened or known.

    unread: columns of the file nothing was taken from.
    """

    dry_run: bool
    lines: int = 0
    linked: int = 0
    new: int = 0
    errors: int = 0
    merge_cases: int = 0
    unread: list[str] = field(default_factory=list)


def import_members(
    *,
    open_file: Opener,
    mapping: MemberMapping,
    store: Store,
    actor: str,
    booked_at: datetime,
    origin: Origin = Origin.LIVE,
    dry_run: bool = False,
    watcher: Watcher | None = None,
    report_to: Callable[[], AbstractContextManager[TextIO]] | None = None,
) -> MemberImportReport:
    """Take over a list of members; the same list again links all and makes nobody.

    Profiles of members who are there already are left alone; identities nobody has yet are added to them.
    Raises NotACsvFile, BadMemberMapping (before anything is written).
    """
    watcher = watcher or Unwatched()
    report = MemberImportReport(dry_run=dry_run)
    layout = csvio.look(open_file, encoding=mapping.encoding, delimiter=mapping.delimiter)
    reader = PersonReader(mapping, layout.heading, today=timezone.localdate(booked_at))
    report.unread = reader.unread
    run = _Run(store, mapping.phones_verified, actor, booked_at, origin)
    with _own_table():
        watcher.phase(MemberImportPhase.READING, total=layout.size)
        _stage(open_file, layout, reader, report, watcher)
        sql.run(
            "stores/import_twins",
            phones_verified=mapping.phones_verified,
            reason=_("This is the same person as on line {line}."),
        )
        _take_over_all(run, report, watcher)
        report.errors = _report_flaws(open_file, layout, report_to)
    return report


@contextmanager
def _own_table() -> Iterator[None]:
    _execute("DROP TABLE IF EXISTS pg_temp.stores_import_person")
    sql.run("stores/import_create")
    try:
        yield
    finally:
        _execute("DROP TABLE IF EXISTS pg_temp.stores_import_person")


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _stage(open_file: Opener, layout: csvio.Layout, reader: PersonReader, report: MemberImportReport, watcher: Watcher) -> None:
    position = [0]

    def persons() -> Iterator[Person]:
        for row in csvio.rows(open_file, layout, at=lambda place: position.__setitem__(0, place)):
            report.lines += 1
            read = row if isinstance(row, Flaw) else reader.person(row.line, row.cells)
            yield read if isinstance(read, Person) else Person(read.line, field=read.field, reason=str(read.reason))

    reading = persons()
    while some := list(islice(reading, COPIED_AT_ONCE)):
        sql.copy_in("stores_import_person", _PERSON, some)
        watcher.at(position[0])
    _execute("ANALYZE stores_import_person")


@dataclass(frozen=True)
class _Run:
    """What stays the same while one list is taken over."""

    store: Store
    phones_verified: bool
    actor: str
    booked_at: datetime
    origin: Origin

    def claims(self, person: Person) -> list[IdentityClaim]:
        """The identities a line proves, the strongest first."""
        code, at = self.store.code, self.booked_at
        said = [
            IdentityClaim(Provider.PHONE.value, person.phone if self.phones_verified else "", "", at),
            IdentityClaim(Provider.WECHAT_UNIONID.value, person.unionid, "", at),
            IdentityClaim(Provider.STORE_CUSTOMER.value, person.customer_no, code, at),
            IdentityClaim(Provider.POS_CARD.value, person.card_no, code, at),
        ]
        return [claim for claim in said if claim.external_id]


def _take_over_all(run: _Run, report: MemberImportReport, watcher: Watcher) -> None:
    with connection.cursor() as counting:
        counting.execute("SELECT count(*) FROM stores_import_person WHERE reason = ''")
        watcher.phase(MemberImportPhase.TAKING_OVER, total=counting.fetchone()[0])
    done = 0
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {_PERSON} FROM stores_import_person WHERE reason = '' ORDER BY line")  # noqa: S608  (our own names)
        while rows := cursor.fetchmany(AT_ONCE):
            _take_over(run, [Person._make(row) for row in rows], report)
            done += len(rows)
            watcher.at(done)


def _take_over(run: _Run, persons: Sequence[Person], report: MemberImportReport) -> None:
    """One transaction: who is known, who is new, and all of them members of the store."""
    with transaction.atomic():
        members_services.lock_claims(claim.key for person in persons for claim in run.claims(person))
        owners = _owners(run, persons)
        known = {place: found[0] for place, found in owners.items()}
        strangers = [(place, person) for place, person in enumerate(persons) if place not in known]
        report.merge_cases += _open_cases(run, owners)
        members_services.link_many(
            claims=[(known[place], claim) for place, person in enumerate(persons) if place in known for claim in run.claims(person)],
            actor=run.actor,
            at=run.booked_at,
        )
        made = members_services.register_many(
            newcomers=[_newcomer(run, person) for _place, person in strangers],
            source="import",
            actor=run.actor,
            booked_at=run.booked_at,
            origin=run.origin,
        )
        report.merge_cases += sum(len(registration.merge_case_ids) for registration in made)
        fresh = {place: told.member_id for (place, _person), told in zip(strangers, made, strict=True)}
        report.merge_cases += _open_address_cases(run, [(member_id, persons[place]) for place, member_id in fresh.items()])
        services.open_memberships(
            contacts=[(member_id, run.store.pk, persons[place].joined_at or run.booked_at) for place, member_id in (known | fresh).items()],
            source=MembershipSource.IMPORT,
            booked_at=run.booked_at,
            origin=run.origin,
        )
        report.linked += len(known)
        report.new += len(fresh)
        if report.dry_run:
            transaction.set_rollback(True)


def _owners(run: _Run, persons: Sequence[Person]) -> dict[int, list[int]]:
    """Members whom lines name, by place: the one to link first, then others who hold one of the line's identities."""
    claims = [run.claims(person) for person in persons]
    found = members_selectors.resolve_many(identities=[claim.key for said in claims for claim in said])
    owners = {
        place: list(dict.fromkeys(found[claim.key] for claim in said if claim.key in found))
        for place, said in enumerate(claims)
        if any(claim.key in found for claim in said)
    }
    if not run.phones_verified:
        unproven = [(place, person) for place, person in enumerate(persons) if place not in owners and not claims[place]]
        rows = sql.rows(
            "stores/import_known_unproven",
            phones=[person.phone for _place, person in unproven],
            names=[person.name for _place, person in unproven],
            programme_id=run.store.programme_id,
        )
        owners |= {unproven[row["place"] - 1][0]: [row["member_id"]] for row in rows}
    return owners


def _open_cases(run: _Run, owners: dict[int, list[int]]) -> int:
    """Lines that name two members: linked to the stronger, and a case for a person to decide."""
    pairs = [(found[0], other) for found in owners.values() for other in found[1:]]
    if not pairs:
        return 0
    return len(
        members_services.open_merge_cases(
            pairs=pairs, reason=MergeReason.IDENTITY_OF_ANOTHER, evidence={"source": "import", "store": run.store.code}, at=run.booked_at
        )
    )


def _open_address_cases(run: _Run, fresh: Sequence[tuple[int, Person]]) -> int:
    named = [(member_id, person) for member_id, person in fresh if person.name and person.address]
    if not named:
        return 0
    rows = sql.rows(
        "stores/import_same_address",
        member_ids=[member_id for member_id, _person in named],
        names=[person.name for _member_id, person in named],
        addresses=[person.address for _member_id, person in named],
    )
    return len(
        members_services.open_merge_cases(
            pairs=[(row["member_id"], row["other_id"]) for row in rows],
            reason=MergeReason.NAME_AND_ADDRESS,
            evidence={"source": "import", "store": run.store.code},
            at=run.booked_at,
        )
    )


def _newcomer(run: _Run, person: Person) -> Newcomer:
    profile = Profile(
        name=person.name,
        nickname=person.nickname,
        gender=person.gender,
        birthday=person.birthday,
        phone=person.phone,
        email=person.email,
    )
    address = [AddressIn(receiver=person.name, phone=person.phone, street=person.address)] if person.address else []
    return Newcomer(
        profile=profile,
        identities=run.claims(person),
        registered_at=person.joined_at or run.booked_at,
        channel=Channel.IMPORT,
        addresses=address,
    )


def _report_flaws(open_file: Opener, layout: csvio.Layout, report_to: Callable[[], AbstractContextManager[TextIO]] | None) -> int:
    flaws = [Flaw(**row) for row in sql.rows("stores/import_flaws")]
    if flaws and report_to is not None:
        with report_to() as target:
            csvio.write_report(target, layout.heading, csvio.report_lines(open_file, layout, flaws))
    return len(flaws)
