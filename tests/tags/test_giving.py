"""Tags by hand, and who never gets one (TAG-02, A-34)."""

from datetime import timedelta

import pytest

from core.errors import InvalidInput
from core.models import OutboxMessage
from stores.models import Membership, Programme
from tags.enums import TagSource
from tags.errors import TagNeverGiven, TagRetired
from tags.models import MemberTag, TagDue, TagExclusion
from tags.services import giving
from tests import world
from tests.tags import house
from tests.world import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def give(tag, *members, at=NOW, **values):
    return giving.give_tag(
        membership_ids=[each.pk for each in members],
        tag_id=tag.pk,
        **{"source": TagSource.STAFF, "reason": "总是要求换货", "actor": "staff:1", "at": at, **values},
    )


def exclude(tag, *members, at=NOW):
    ids = [each.pk for each in members]
    return giving.exclude(membership_ids=ids, tag_id=tag.pk, reason="本人不愿意", actor="staff:1", at=at)


def test_a_tag_given_by_hand_says_by_whom_since_when_and_why(programme: Programme, member: Membership):
    tag = house.by_hand(programme)
    given = give(tag, member)
    assert given == giving.Given(new=(member.pk,), had=(), never=())
    row = MemberTag.objects.get()
    assert (row.membership_id, row.tag_id, row.source, row.version_id) == (member.pk, tag.pk, "staff", None)
    assert (row.reason, row.started_by, row.started_at, row.ended_at) == ("总是要求换货", "staff:1", NOW, None)


def test_twice_is_once(programme: Programme, member: Membership):
    tag = house.by_hand(programme)
    give(tag, member)
    again = give(tag, member, at=NOW + DAY)
    assert again == giving.Given(new=(), had=(member.pk,), never=())
    assert [row.started_at for row in MemberTag.objects.all()] == [NOW]


def test_taken_and_given_again_it_has_two_rows_of_history(programme: Programme, member: Membership):
    tag = house.by_hand(programme)
    give(tag, member)
    assert giving.take_tag(membership_ids=[member.pk], tag_id=tag.pk, reason="误标", actor="staff:2", at=NOW + DAY) == (member.pk,)
    give(tag, member, at=NOW + 2 * DAY)
    first, second = MemberTag.objects.order_by("id")
    assert (first.ended_at, first.ended_by, first.end_reason) == (NOW + DAY, "staff:2", "误标")
    assert (second.started_at, second.ended_at) == (NOW + 2 * DAY, None)


def test_what_nobody_has_cannot_be_taken(programme: Programme, member: Membership):
    tag = house.by_hand(programme)
    assert giving.take_tag(membership_ids=[member.pk], tag_id=tag.pk, actor="staff:2", at=NOW) == ()
    assert not MemberTag.objects.exists()
    assert not OutboxMessage.objects.filter(topic="tag.changed").exists()


def test_members_of_other_programmes_are_left_out(programme: Programme, member: Membership):
    store = world.store("S001")
    foreign = house.member(store.programme)
    given = give(house.by_hand(programme), member, foreign)
    assert given.new == (member.pk,)
    assert house.rows(foreign) == []


def test_who_is_never_to_have_a_tag_loses_it_and_does_not_get_it(programme: Programme, member: Membership):
    """A-34: the exclusion list is honoured."""
    tag, other = house.by_hand(programme), house.member(programme)
    give(tag, member)
    assert exclude(tag, member, at=NOW + DAY) == (member.pk,)
    assert house.rows(member) == [("picky", "staff", False)]
    given = give(tag, member, other, at=NOW + 2 * DAY)
    assert given == giving.Given(new=(other.pk,), had=(), never=(member.pk,))
    with pytest.raises(TagNeverGiven) as refused:
        giving.give_to_one(membership_id=member.pk, tag_id=tag.pk, source=TagSource.STAFF, actor="staff:1", at=NOW + 2 * DAY)
    assert refused.value.values == {"reason": "本人不愿意"}
    assert house.rows(member) == [("picky", "staff", False)]


def test_an_exclusion_says_why_and_ends(programme: Programme, member: Membership):
    tag = house.by_hand(programme)
    with pytest.raises(InvalidInput):
        giving.exclude(membership_ids=[member.pk], tag_id=tag.pk, reason="no", actor="staff:1", at=NOW)
    assert not TagExclusion.objects.exists()
    exclude(tag, member)
    assert exclude(tag, member, at=NOW + DAY) == ()  # once
    assert giving.allow(membership_ids=[member.pk], tag_id=tag.pk, actor="staff:1", at=NOW + DAY) == (member.pk,)
    assert give(tag, member, at=NOW + 2 * DAY).new == (member.pk,)


def test_a_retired_tag_is_given_to_nobody(programme: Programme, member: Membership):
    tag = house.by_hand(programme, retired_at=NOW)
    with pytest.raises(TagRetired):
        give(tag, member)
    assert house.rows(tag) == []


def test_a_rule_is_no_hand(programme: Programme, member: Membership):
    with pytest.raises(InvalidInput):
        give(house.by_hand(programme), member, source=TagSource.RULE)
    assert not MemberTag.objects.exists()


def test_other_programs_hear_of_one_message_a_member(programme: Programme, member: Membership):
    """SF-3: what changed, in codes; the store's own programs hear of the store's tags."""
    store = world.store("S001")
    of_store = house.member(store.programme)
    tag = house.by_hand(store.programme)
    give(tag, of_store)
    exclude(tag, of_store, at=NOW + DAY)
    told = OutboxMessage.objects.filter(topic="tag.changed").order_by("id")
    one_id = of_store.member.one_id
    assert [(row.ordering_key, row.store_ids, row.payload) for row in told] == [
        (one_id, [store.pk], {"one_id": one_id, "programme": store.programme.code, "added": ["picky"], "removed": []}),
        (one_id, [store.pk], {"one_id": one_id, "programme": store.programme.code, "added": [], "removed": ["picky"]}),
    ]


def test_rules_that_ask_for_the_tag_are_judged_again(programme: Programme, member: Membership):
    tag = house.by_hand(programme)
    TagDue.objects.all().delete()
    give(tag, member)
    assert list(TagDue.objects.values_list("membership_id", flat=True)) == [member.pk]
