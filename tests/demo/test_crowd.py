"""The plan of the story world: the same every time, sound, and alive."""

from collections import Counter
from datetime import timedelta

from activity.enums import AfterSaleKind, AfterSaleStatus, OrderStatus
from demo.world import crowd
from demo.world.crowd import Crowd
from demo.world.moments import FROZEN


def test_the_same_seed_and_now_give_the_same_world(whole_crowd: Crowd) -> None:
    assert crowd.plan(FROZEN) == whole_crowd


def test_another_seed_gives_another_world() -> None:
    assert crowd.plan(FROZEN, seed=1, members=20) != crowd.plan(FROZEN, seed=2, members=20)


def test_nothing_lies_in_the_future(whole_crowd: Crowd) -> None:
    moments = [moment for order in whole_crowd.orders for moment in order.times.values()]
    moments += [did.occurred_at for did in whole_crowd.events] + [back.applied_at for back in whole_crowd.after_sales]
    moments += [back.settled_at for back in whole_crowd.after_sales if back.settled_at] + [
        joined.registered_at for joined in whole_crowd.members
    ]
    assert max(moments) <= FROZEN


def test_nobody_orders_before_registering(whole_crowd: Crowd) -> None:
    registered = {joined.number: joined.registered_at for joined in whole_crowd.members}
    assert all(order.times["placed_at"] > registered[order.number] for order in whole_crowd.orders)


def test_it_is_as_large_and_as_mixed_as_promised(whole_crowd: Crowd) -> None:
    assert len(whole_crowd.members) == 600
    assert 5_700 <= len(whole_crowd.orders) <= 6_600
    several = sum(len(joined.stores) > 1 for joined in whole_crowd.members)
    assert 0.27 <= several / 600 <= 0.33
    assert len({order.channel for order in whole_crowd.orders}) == 4
    assert {list(order.times)[-1].removesuffix("_at") for order in whole_crowd.orders} == set(OrderStatus.values)
    assert {back.kind for back in whole_crowd.after_sales} == set(AfterSaleKind.values)
    assert {back.status for back in whole_crowd.after_sales} == set(AfterSaleStatus.values)
    waiting = [
        order for order in whole_crowd.orders if list(order.times)[-1] == "paid_at" and FROZEN - order.times["paid_at"] >= timedelta(days=3)
    ]
    assert waiting, "nobody waits for a parcel"


def test_some_buy_often_and_some_have_fallen_silent(whole_crowd: Crowd) -> None:
    last = {order.number: order.times["placed_at"] for order in whole_crowd.orders}  # in order of time: the last one stays
    silent = sum(FROZEN - moment > timedelta(days=180) for moment in last.values())
    lively = sum(FROZEN - moment <= timedelta(days=30) for moment in last.values())
    assert silent > 60
    assert lively > 150
    often = [count for count in Counter(order.number for order in whole_crowd.orders).values() if count >= 12]
    assert len(often) > 100


def test_milk_powder_is_for_the_age_of_the_child(whole_crowd: Crowd) -> None:
    children = {joined.number: joined.children for joined in whole_crowd.members}
    bought = [(order, line) for order in whole_crowd.orders for line in order.lines if line.spu == "NF01"]
    assert bought
    bounds = {"1段": (0, 6), "2段": (6, 12), "3段": (12, 36), "4段": (36, 84)}
    for order, line in bought:
        placed = order.times["placed_at"]
        ages = [(placed.year - born.year) * 12 + placed.month - born.month for born, _gender in children[order.number]]
        first, until = bounds[str(line.attributes["stage"])]
        assert any(first <= age < until for age in ages), f"{order.order_no}: {line.name} for children of {ages} months"
