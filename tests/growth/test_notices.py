"""Messages to members: queued once with their cause, sent when due, not to whom wants none (LVL-29, MEM-18)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation

from core import notices
from core.enums import NoticeState
from core.models import Notice
from core.notices import NoticeIn
from core.scope import SYSTEM, Scope
from core.tasks import send_notices
from growth.enums import Basis
from members import services as members_services
from members.enums import MessageChannel, MessageType
from stores.models import Membership
from tests import world
from tests.growth import house
from tests.world import NOW

DAY = timedelta(days=1)


def queue(membership: Membership, template: str = "level_up", **values: Any) -> None:
    said: dict[str, Any] = {
        "programme_id": membership.programme_id,
        "member_id": membership.member_id,
        "template": template,
        "cause": "level_history:1",
        "dedupe_key": f"{template}:1",
        "values": {"level": "银牌会员", "level_before": "铜牌会员"},
        **values,
    }
    with transaction.atomic():
        notices.queue([NoticeIn(**said)], created_at=NOW)


def states() -> list[str]:
    return list(Notice.objects.order_by("id").values_list("state", flat=True))


def switch(membership: Membership, is_on: bool, *channels: MessageChannel, of: MessageType = MessageType.MEMBER) -> None:
    switches = {(channel.value, of.value): is_on for channel in channels}
    members_services.set_preferences(member_id=membership.member_id, switches=switches, actor="test", at=NOW)


def test_a_message_is_queued_once_for_its_cause(bronze):
    queue(bronze)
    queue(bronze, values={"level": "金牌会员", "level_before": ""})
    assert Notice.objects.get().values["level"] == "银牌会员"


def test_the_same_key_is_another_message_to_another_member(programme):
    for _each in range(2):
        queue(house.membership(programme))
    assert Notice.objects.count() == 2


def test_a_message_is_not_written_outside_its_causes_transaction(transactional_db):
    with pytest.raises(transaction.TransactionManagementError):
        notices.queue([], created_at=NOW)


def test_a_message_that_went_nowhere_is_not_called_sent(bronze):
    queue(bronze)
    with translation.override("en"):
        waiting = notices.state(Notice.objects.get())
        notices.send_due(now=NOW)
        assert (waiting, notices.state(Notice.objects.get())) == ("queued", "sent (simulated)")


def test_what_is_due_is_sent_once(bronze):
    queue(bronze)
    queue(bronze, dedupe_key="later", due_at=NOW + DAY)
    assert notices.send_due(now=NOW) == 1
    assert states() == [NoticeState.SENT, NoticeState.QUEUED]
    assert notices.send_due(now=NOW) == 0
    send_notices(at=(NOW + DAY).isoformat())
    assert list(Notice.objects.order_by("id").values_list("state", "sent_at")) == [("sent", NOW), ("sent", NOW + DAY)]


def test_who_switched_every_channel_off_is_sent_nothing(bronze):
    queue(bronze)
    switch(bronze, False, *MessageChannel)
    assert notices.send_due(now=NOW) == 0
    assert list(Notice.objects.values_list("state", "sent_at")) == [(NoticeState.SUPPRESSED, None)]
    switch(bronze, True, *MessageChannel)
    assert notices.send_due(now=NOW + DAY) == 0, "what was not wanted then is not sent later"


def test_one_channel_left_on_is_enough(bronze):
    queue(bronze)
    switch(bronze, False, *list(MessageChannel)[1:])
    assert notices.send_due(now=NOW) == 1


def test_marketing_is_for_who_asked_for_it(bronze, monkeypatch):
    """MEM-18: marketing is off unless switched on."""
    monkeypatch.setitem(notices._templates, "offer", notices.Template("offer", "offer", lambda _values: "offer", "marketing"))
    queue(bronze, "offer")
    queue(bronze)
    assert notices.send_due(now=NOW) == 1
    assert states() == [NoticeState.SUPPRESSED, NoticeState.SENT]
    queue(bronze, "offer", dedupe_key="offer:2")
    switch(bronze, True, MessageChannel.SMS, of=MessageType.MARKETING)
    assert notices.send_due(now=NOW) == 1


def test_many_are_sent_in_bounded_transactions(bronze, monkeypatch):
    monkeypatch.setattr(notices, "AT_ONCE", 2)
    for each in range(5):
        queue(bronze, dedupe_key=str(each))
    assert notices.send_due(now=NOW) == 5
    assert set(states()) == {"sent"}


def test_a_store_reads_the_messages_of_its_own_programme(bronze):
    shop = world.store("S009")
    queue(bronze)
    queue(bronze, programme_id=shop.programme_id, dedupe_key="theirs")
    scope = Scope(actor="staff:1", store_ids=frozenset({shop.pk}), programme_ids=frozenset({shop.programme_id}))
    assert [notice.dedupe_key for notice in notices.within(scope)] == ["theirs"]
    assert len(notices.of_member(bronze.member_id, SYSTEM, datetime(2030, 1, 1, tzinfo=UTC), 10)) == 2
    assert notices.of_member(bronze.member_id, SYSTEM, NOW, 10) == []


@pytest.mark.parametrize(
    ("template", "values", "wanted"),
    [
        ("level_up", {"level": "银牌会员"}, ["银牌会员"]),
        ("level_down", {"level": "铜牌会员", "level_before": "银牌会员"}, ["铜牌会员", "银牌会员"]),
        ("level_down", {"level": "", "level_before": "PLUS会员"}, ["PLUS会员"]),
        (
            "level_down_coming",
            {
                "level": "铜牌会员",
                "level_before": "银牌会员",
                "day": "2024-06-01",
                "threshold": 800000,
                "basis": Basis.SPEND.value,
                "unit_name": "",
                "currency": "CNY",
            },
            ["铜牌会员", "银牌会员", "2024-06-01", "¥8,000.00"],
        ),
        ("subscription_ending", {"plan": "年卡", "ends_on": "2025-02-28"}, ["年卡", "2025-02-28"]),
    ],
)
def test_every_template_reads_in_the_members_language(bronze, template, values, wanted):
    queue(bronze, template, values=values)
    words = notices.text(Notice.objects.get())
    assert [each for each in wanted if each not in words] == []
    assert not any(word in words for word in ("Your", "You", "Congratulations")), "the member reads Chinese"
    assert "%(" not in words
