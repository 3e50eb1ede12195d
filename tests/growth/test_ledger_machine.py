"""The ledger against a plain dict, under any sequence of postings, replays, conflicts and staged batches."""

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from growth.enums import Reason
from growth.errors import EffectConflict
from growth.models import GrowthAccount, GrowthEntry
from growth.services import ledger
from growth.services.ledger import EntryIn
from stores.models import Membership, Programme
from tests.growth import house
from tests.world import NOW

pytestmark = pytest.mark.django_db
AMOUNTS = st.integers(-300, 300).filter(bool)
PLACES = st.integers(0, 2)


class LedgerMachine(RuleBasedStateMachine):
    people: list[Membership] = []

    @initialize()
    def begin(self) -> None:
        self.point = transaction.savepoint()
        self.balances = [0, 0, 0]
        self.versions = [0, 0, 0]
        self.known: dict[tuple[int, str], tuple[int, int, int | None]] = {}  # requested, applied, at most

    def apply(self, place: int, key: str, requested: int, at_most: int | None) -> int:
        effective = requested if at_most is None or requested < 0 else min(requested, at_most)
        before = self.balances[place]
        self.balances[place] = max(0, before + effective)
        self.versions[place] += 1
        applied = self.balances[place] - before
        self.known[place, key] = (requested, applied, at_most)
        return applied

    def one(self, place: int, key: str, requested: int, at_most: int | None = None) -> EntryIn:
        return EntryIn(
            membership_id=self.people[place].pk,
            requested=requested,
            reason=Reason.ADJUSTMENT,
            source_type="test",
            source_id="1",
            effect_key=key,
            occurred_at=NOW,
            actor="test",
            apply_at_most=at_most,
        )

    @rule(wanted=st.lists(st.tuples(PLACES, AMOUNTS, st.none() | st.integers(0, 100)), min_size=1, max_size=8))
    def post_new(self, wanted: list[tuple[int, int, int | None]]) -> None:
        start = len(self.known)
        given = [(place, f"k{start + number}", requested, most) for number, (place, requested, most) in enumerate(wanted)]
        posted = ledger.post_entries(entries=[self.one(*each) for each in given], booked_at=NOW)
        assert [each.applied for each in posted] == [self.apply(*each) for each in given]

    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        if self.known:
            place, key = data.draw(st.sampled_from(sorted(self.known)))
            requested, applied, at_most = self.known[place, key]
            [posted] = ledger.post_entries(entries=[self.one(place, key, requested, at_most)], booked_at=NOW)
            assert (posted.replayed, posted.applied) == (True, applied)

    @rule(data=st.data(), more=AMOUNTS)
    def conflict(self, data: st.DataObject, more: int) -> None:
        if self.known:
            place, key = data.draw(st.sampled_from(sorted(self.known)))
            other = self.known[place, key][0] + more or 1000
            with pytest.raises(EffectConflict), transaction.atomic():
                ledger.post_entries(entries=[self.one(place, "new", 10), self.one(place, key, other)], booked_at=NOW)

    @rule(places=st.lists(PLACES, min_size=1, max_size=5), requested=AMOUNTS)
    def post_staged(self, places: list[int], requested: int) -> None:
        start = len(self.known)
        with transaction.atomic(), ledger.staged() as batch, connection.cursor() as cursor:
            for number, place in enumerate(places):
                cursor.execute(
                    "INSERT INTO growth_staged_entry (batch, item, membership_id, requested, reason, source_type, source_id, effect_key,"
                    " actor, occurred_at) VALUES (%s, %s, %s, %s, 'adjustment', 'test', '1', %s, 'test', %s)",
                    [batch, number, self.people[place].pk, requested, f"k{start + number}", NOW],
                )
            assert ledger.post_staged(batch=batch, booked_at=NOW) == ledger.Counts(len(places), 0)
        for number, place in enumerate(places):
            self.apply(place, f"k{start + number}", requested, None)

    @invariant()
    def the_ledger_agrees(self) -> None:
        if not hasattr(self, "point"):
            return
        for place, person in enumerate(self.people):
            rows = GrowthEntry.objects.filter(account=person.pk).order_by("account_version").values_list(
                "account_version", "applied", "balance_after"
            )  # fmt: skip
            account = GrowthAccount.objects.filter(pk=person.pk).first()
            assert (account.balance if account else 0, account.version if account else 0) == (self.balances[place], self.versions[place])
            held = 0
            for version, (number, applied, after) in enumerate(rows, start=1):
                held += applied
                assert (version, held) == (number, after)
            assert (len(rows), held) == (self.versions[place], self.balances[place])

    def teardown(self) -> None:
        if hasattr(self, "point"):
            transaction.savepoint_rollback(self.point)


def test_the_ledger_is_a_dict_with_a_floor(programme: Programme) -> None:
    LedgerMachine.people = [house.membership(programme) for _each in range(3)]
    quick = settings(max_examples=40, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(LedgerMachine, settings=quick)
