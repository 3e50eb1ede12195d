"""A campaign to 10,000 that is killed five times gives 10,000 once; two workers are one; a stop stops (ARC-16, R13, ruling 28)."""

import os
import random
import signal
import threading
import time
from collections import Counter
from typing import Any

import pytest
from django.db import connection

from core.models import Notice
from coupons.models import Coupon
from engagement import tasks
from engagement.models import Campaign, CampaignRecipient
from engagement.services import campaigns, issuing
from members.models import Preference
from points.models import PointsEntry
from points.services import versions
from stores.models import Membership, Programme
from tags.models import MemberTag
from tests import world
from tests.coupons import house as coupons_house
from tests.engagement import house
from tests.growth import crowd
from tests.growth.threads import at_once
from tests.killing import freed
from tests.tags import house as tags_house
from tests.world import NOW

pytestmark = pytest.mark.django_db(transaction=True)
SEED = int(os.environ.get("KILL_SEED", "531"))
MEMBERS = 10_000


def crowded(number: int) -> tuple[Programme, list[Membership]]:
    """A programme of so many members, a tenth of whom want no marketing."""
    world.platform()
    programme = world.store("S001").programme
    versions.create_default(programme_id=programme.pk, actor="test", at=NOW)
    people = crowd.people(programme, number, joined_at=NOW)
    Preference.objects.bulk_create(
        Preference(member_id=each.member_id, channel="sms", message_type="marketing", is_on=True, changed_at=NOW)
        for place, each in enumerate(people)
        if place % 10
    )
    return programme, people


def campaign_to(programme: Programme, people: list[Membership], **values: Any) -> Campaign:
    """A coupon and a message for each of them, and what `values` add."""
    tag = tags_house.by_hand(programme, f"m{len(people)}")
    MemberTag.objects.bulk_create(MemberTag(membership=each, tag=tag, source="staff", started_at=NOW, started_by="test") for each in people)
    coupon = coupons_house.template(programme, stock=len(people) + 1)
    return house.approved(programme, house.said(tag, coupon, message="您好", **values))


_parents: list[Any] = []


def start() -> int:
    """A worker in a process of its own, forked as Celery forks its workers, doing what beat has it do; its process id."""
    process = os.fork()
    if process == 0:
        _parents.append(connection.connection)  # kept, so that nobody ends the parent's session by forgetting it
        connection.connection = None
        os._exit(_work())
    return process


def _work() -> int:
    """One tick after the other until nothing is left: a killed worker's session may hold its campaign for a moment longer."""
    try:
        while Campaign.objects.filter(state__in=["approved", "running"]).exists():
            tasks.run_campaigns(at=NOW.isoformat())
            time.sleep(0.05)
    except BaseException:
        return 1
    return 0


def reached(campaign: Campaign, settled: int) -> None:
    """Wait until so many members have been settled; -1: until a worker is at it."""
    for _tick in range(6000):
        row = Campaign.objects.filter(pk=campaign.pk).values_list("settled", flat=True).get()
        if (settled < 0 and is_held()) or 0 <= settled <= row:
            return
        time.sleep(0.005)
    raise AssertionError("the campaign did not get on")


def is_held() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s", [issuing.LOCK_CLASS])
        return bool(cursor.fetchone()[0])


def given_once(campaign: Campaign, number: int) -> None:
    """Everybody has one of everything, whoever wants no marketing but the message; and the sums say so."""
    rows = CampaignRecipient.objects.filter(campaign=campaign)
    everybody = Counter(rows.values_list("membership_id", flat=True))
    assert everybody.total() == len(everybody) == number
    assert (
        Counter(Coupon.objects.filter(source="campaign", source_id=str(campaign.pk)).values_list("membership_id", flat=True)) == everybody
    )
    told = Counter(Notice.objects.filter(template="campaign_message").values_list("member_id", flat=True))
    wanted = Membership.objects.filter(pk__in=list(everybody), member__preferences__is_on=True)
    assert told == Counter(wanted.values_list("member_id", flat=True))
    points, tag = campaign.points or 0, campaign.gives_tag
    entries = PointsEntry.objects.filter(source_type="campaign", source_id=str(campaign.pk), delta=points)
    assert Counter(entries.values_list("account_id", flat=True)) == (everybody if points else Counter())
    assert Counter(MemberTag.objects.filter(tag=tag).values_list("membership_id", flat=True)) == (everybody if tag else Counter())
    cost = 30_00 + points * 100
    others = ("given" if points else "", "given" if tag else "")
    assert Counter(rows.values_list("state", "coupon_result", "points_result", "tag_result", "message_result", "cost_minor")) == {
        ("given", "given", *others, "given", cost): told.total(),
        ("given", "given", *others, "opted_out", cost): number - told.total(),
    }
    campaign.refresh_from_db()
    assert (campaign.state, campaign.targeted, campaign.settled) == ("finished", number, number)
    assert campaign.committed_minor == number * cost
    template = campaign.offers.get().template
    assert (template.issued, template.committed_minor) == (number, number * 30_00)


@pytest.mark.slow
def test_killed_five_times_a_campaign_to_10_000_gives_10_000_once(capsys: pytest.CaptureFixture[str]) -> None:
    """ARC-16, CPN-12: SIGKILL at seeded moments, then one more worker; every row once."""
    campaign = campaign_to(*crowded(MEMBERS))
    moments = random.Random(SEED)
    hit = []
    for settled in (-1, *sorted(moments.sample(range(500, MEMBERS - 1500, 500), 4))):
        process = start()
        reached(campaign, settled)
        time.sleep(moments.uniform(0, 0.15))
        os.kill(process, signal.SIGKILL)
        assert os.WTERMSIG(os.waitpid(process, 0)[1]) == signal.SIGKILL, "it had ended before"
        freed()
        hit.append(Campaign.objects.values_list("state", "settled").get(pk=campaign.pk))
    with capsys.disabled():
        print(f"\nseed {SEED}: killed in " + "; ".join(f"{state} at {settled} of {MEMBERS}" for state, settled in hit))
    assert sum(0 < settled < MEMBERS for _state, settled in hit) >= 3, "the kills hit the giving"
    assert os.waitstatus_to_exitcode(os.waitpid(start(), 0)[1]) == 0
    given_once(campaign, MEMBERS)


def test_two_workers_are_one() -> None:
    """R13: whoever comes second leaves the campaign to the first."""
    programme, people = crowded(60)
    campaign = campaign_to(programme, people, points=5, gives_tag_id=house.tagged(programme, "reached").pk)
    at_once(*[lambda: tasks.run_campaigns(at=NOW.isoformat())] * 4)
    given_once(campaign, 60)


def test_a_stop_meets_the_worker_between_two_batches() -> None:
    """What is given when the stop answers is all that will ever be given."""
    campaign = campaign_to(*crowded(600))

    def work() -> None:
        tasks.run_campaigns(at=NOW.isoformat())
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    while not Campaign.objects.filter(pk=campaign.pk, state="running").exists():
        time.sleep(0.005)
    try:
        campaigns.stop_campaign(campaign_id=campaign.pk, reason="发错人群", actor=house.APPROVER, at=NOW)
        given = Coupon.objects.filter(source_id=campaign.pk).count()
    finally:
        worker.join()
    assert given in (0, 500)
    assert Coupon.objects.filter(source_id=campaign.pk).count() == given
    campaign.refresh_from_db()
    assert (campaign.state, campaign.settled) == ("stopped", given)
