"""R22: lists ask the database as often for a hundred rows as for one; at most fifteen times."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coupons.models import CouponTemplate
from coupons.services import claims
from members.rules import IdentityClaim
from members.services import household, profile
from points.services import exchange, redemptions, rewards, spending
from points.services.rewards import RewardIn
from stores.models import Membership, Programme
from tests.api import bodies, couponed, sweep
from tests.api.sweep import Stocked
from tests.growth import crowd
from tests.world import NOW

pytestmark = pytest.mark.django_db
AT_MOST = 15
PARTS_AT_MOST = 18  # of one member: what seven apps have to say
OF_ALL_APPS = ("list_timeline",)


def queries(call: Callable[[], Any]) -> int:
    call()  # what is looked up once a process is not the list's
    with CaptureQueriesContext(connection) as captured:
        answer = call()
    assert answer.status_code in (200, 201), answer.json()
    return len([said for said in captured.captured_queries if not said["sql"].startswith(("SAVEPOINT", "RELEASE SAVEPOINT"))])


@pytest.mark.slow
def test_lists_cost_the_same_for_1_25_and_100_rows(subtests: pytest.Subtests, ours: Stocked) -> None:
    lists = [op for op in sweep.operations() if op.method == "GET" and op.operation_id.startswith("list_")]
    assert len(lists) >= 15
    costs: dict[str, list[int]] = {str(operation): [] for operation in lists}
    made = 1
    for rows in (1, 25, 100):
        more(ours, made, rows)
        made = rows
        for operation in lists:
            limited = "?limit=200" if "limit" in str(operation.declared["parameters"]) else ""
            costs[str(operation)].append(queries(partial(ours.api.get, ours.at(operation) + limited)))
    for name, counted in costs.items():
        with subtests.test(operation=name):
            assert max(counted) <= (PARTS_AT_MOST if name in OF_ALL_APPS else AT_MOST), counted
            assert len(set(counted)) == 1, counted


def more(of: sweep.Stocked, made: int, rows: int) -> None:
    """Bring every list of the store and of the member to `rows` rows, addresses and children to what is allowed."""
    member, numbers = {"one_id": of.one_id}, range(made, rows)
    programme = Programme.objects.get(code=of.path["code"])
    membership = Membership.objects.select_related("member").get(programme=programme, member__one_id=of.one_id)
    by: dict[str, Any] = {"actor": "test", "at": NOW}
    whose: dict[str, Any] = {"membership_id": membership.pk}
    template = CouponTemplate.objects.get(programme=programme, code="thirty")
    crowd.people(programme, len(numbers), joined_at=NOW)
    for number in numbers:
        if number < 20:
            of.api.post(f"/members/{of.one_id}/addresses", bodies.address())
        household.add_child(member_id=membership.member_id, birth_month=date(2020, 1, 1), gender="", guardian_consent_at=NOW, **by)
        claim = IdentityClaim("taobao", f"t{number}", verified_at=NOW)
        profile.link_identity(member_id=membership.member_id, claim=claim, **by)
        spending.credit_points(**whose, points=9, reference=f"m{number}", **by)
        spending.hold_for_order(**whose, points=1, reference=f"m{number}", **by)
        redemptions.redeem_reward(**whose, reward_code="film", reference=f"m{number}", **by)
        exchange.exchange_points(**whose, to_programme_code="platform", points=10, reference=f"m{number}", **by)
        claims.claim(template_id=template.pk, **whose, effect_key=f"m{number}", **by)
        couponed.couponed(programme, f"m{number}", is_on=True)
        said = RewardIn(f"m{number}", 5)
        rewards.save_reward(programme_id=programme.pk, code=f"m{number}", kind="virtual_code", said=said, **by)
    if numbers:
        of.api.post("/orders", {"items": [bodies.order(f"M{number}", of=member) for number in numbers]})


def test_a_members_parts_cost_a_fixed_number(ours: Stocked) -> None:
    at = f"/members/{ours.one_id}"
    paths = [at, f"{at}/summary", f"{at}/portrait", f"{at}/wallet"]
    before = [queries(partial(ours.api.get, path)) for path in paths]
    ours.api.post("/orders", {"items": [bodies.order(f"M{number}", of={"one_id": ours.one_id}) for number in range(50)]})
    assert [queries(partial(ours.api.get, path)) for path in paths] == before
    assert max(before) <= PARTS_AT_MOST


def test_a_batch_costs_the_same_for_one_and_for_a_hundred_orders(ours: Stocked) -> None:
    numbers = iter(range(1000))

    def push(count: int) -> Any:
        return ours.api.post("/orders", {"items": [bodies.order(f"B{next(numbers)}", of={"one_id": ours.one_id}) for _ in range(count)]})

    assert queries(lambda: push(1)) == queries(lambda: push(100))
