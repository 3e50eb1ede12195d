"""Becoming a member: REG-08, REG-10, ARC-08, A-44, rulings 16 and 18."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction

from core.enums import Channel
from core.errors import InvalidInput
from members.enums import MergeReason, Provider
from members.models import Identity, Member, MergeCase
from members.rules import IdentityClaim, Profile
from stores import services as stores_services
from stores.models import Membership
from tests.world import NOW, enrol, store

PHONE = "+8613800138000"


def at_once(work: Callable[[int], object], times: int) -> list[object]:
    """Run `work(0..times-1)` in threads that start together; answers or exceptions, in order."""
    barrier = threading.Barrier(times)
    answers: list[object] = [None] * times

    def run(place: int) -> None:
        try:
            barrier.wait(timeout=20)
            answers[place] = work(place)
        except Exception as problem:
            answers[place] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_twenty_registrations_of_one_proven_phone_at_once_make_one_member():
    # given a store and a phone nobody has
    shop = store("S001")
    # when twenty calls register it at the same moment
    answers = at_once(lambda _place: enrol(shop, PHONE), 20)
    # then one made the member and nineteen found it; both memberships are there once
    assert [type(answer).__name__ for answer in answers] == ["Enrolment"] * 20
    assert sorted(answer.created for answer in answers) == [False] * 19 + [True]  # type: ignore[attr-defined]
    assert len({answer.one_id for answer in answers}) == 1  # type: ignore[attr-defined]
    assert Member.objects.count() == 1
    assert Identity.objects.filter(external_id=PHONE).count() == 1
    assert Membership.objects.count() == 2


@pytest.mark.django_db
def test_a_member_belongs_to_the_store_and_to_the_platform():
    enrolment = enrol(store("S001"), PHONE)
    codes = set(Membership.objects.filter(member_id=enrolment.member_id).values_list("programme__code", flat=True))
    assert codes == {"platform", "s001"}


@pytest.mark.django_db
def test_a_second_store_links_the_same_person_by_proven_phone():
    first = enrol(store("S001"), PHONE, name="张三")
    second = enrol(store("S002"), PHONE, name="张叁")
    assert (second.one_id, second.created) == (first.one_id, False)
    assert Member.objects.get().name == "张三"
    assert Membership.objects.filter(member_id=first.member_id).count() == 3


@pytest.mark.django_db
def test_an_unproven_phone_never_links_but_opens_a_merge_case():
    # given somebody with a proven phone, and a till card of somebody who says the same number
    known = enrol(store("S001"), PHONE)
    till = store("S101")
    # when
    stranger = stores_services.enrol_member(
        store_id=till.pk,
        profile=Profile(phone=PHONE),
        identities=[IdentityClaim(Provider.POS_CARD.value, "6001", scope="S101")],
        channel=Channel.POS,
        asserts_verified=False,
        actor="client:1",
        occurred_at=NOW,
        booked_at=NOW,
    )
    # then
    assert stranger.created and stranger.one_id != known.one_id
    case = MergeCase.objects.get()
    assert {case.first_id, case.second_id} == {known.member_id, stranger.member_id}
    assert case.reason == MergeReason.UNVERIFIED_PHONE
    assert stranger.merge_case_ids == (case.pk,)
    assert not Identity.objects.filter(member_id=stranger.member_id, provider=Provider.PHONE).exists()
    assert Member.objects.get(pk=stranger.member_id).phone == PHONE


@pytest.mark.django_db
def test_a_caller_who_may_not_assert_proof_cannot_take_a_member_over():
    known = enrol(store("S001"), PHONE)
    stranger = stores_services.enrol_member(
        store_id=store("S002").pk,
        profile=Profile(),
        identities=[IdentityClaim(Provider.PHONE.value, PHONE, verified_at=NOW)],
        channel=Channel.WEB,
        asserts_verified=False,
        actor="client:2",
        occurred_at=NOW,
        booked_at=NOW,
    )
    assert stranger.one_id != known.one_id
    assert Identity.objects.get(provider=Provider.PHONE).member_id == known.member_id


@pytest.mark.django_db
def test_a_store_cannot_claim_customer_numbers_of_another():
    shop, other = store("S001"), store("S002")
    with pytest.raises(InvalidInput) as refusal, transaction.atomic():
        stores_services.enrol_member(
            store_id=shop.pk,
            profile=Profile(),
            identities=[IdentityClaim(Provider.STORE_CUSTOMER.value, "17850", scope=other.code)],
            channel=Channel.WEB,
            asserts_verified=True,
            actor="client:1",
            occurred_at=NOW,
            booked_at=NOW,
        )
    assert refusal.value.field == "identities.0.scope"
    assert Member.objects.count() == 0


@pytest.mark.django_db
def test_two_proofs_of_different_members_link_the_phone_and_open_a_case():
    by_phone = enrol(store("S001"), PHONE)
    by_union = stores_services.enrol_member(
        store_id=None,
        profile=Profile(name="王五"),
        identities=[IdentityClaim(Provider.WECHAT_UNIONID.value, "u-5", verified_at=NOW)],
        channel=Channel.MINI_PROGRAM,
        asserts_verified=True,
        actor="client:1",
        occurred_at=NOW,
        booked_at=NOW,
    )
    both = stores_services.enrol_member(
        store_id=None,
        profile=Profile(),
        identities=[
            IdentityClaim(Provider.WECHAT_UNIONID.value, "u-5", verified_at=NOW),
            IdentityClaim(Provider.PHONE.value, PHONE, verified_at=NOW),
        ],
        channel=Channel.MINI_PROGRAM,
        asserts_verified=True,
        actor="client:1",
        occurred_at=NOW,
        booked_at=NOW,
    )
    assert both.one_id == by_phone.one_id
    case = MergeCase.objects.get()
    assert (case.first_id, case.second_id) == (by_phone.member_id, by_union.member_id)
    assert case.reason == MergeReason.IDENTITY_OF_ANOTHER


@pytest.mark.django_db
def test_an_empty_registration_is_refused():
    with pytest.raises(InvalidInput):
        stores_services.enrol_member(
            store_id=None,
            profile=Profile(),
            identities=[],
            channel=Channel.WEB,
            asserts_verified=True,
            actor="client:1",
            occurred_at=NOW,
            booked_at=NOW,
        )
    assert Member.objects.count() == 0


@pytest.mark.django_db
def test_a_membership_keeps_the_first_contact_and_its_number():
    shop = store("S001")
    enrolment = enrol(shop, PHONE, at=NOW)
    before = list(Membership.objects.order_by("id").values())
    stores_services.open_memberships(
        contacts=[(enrolment.member_id, shop.pk, NOW - timedelta(days=400))], source="first_contact", booked_at=NOW + timedelta(days=1)
    )
    assert list(Membership.objects.order_by("id").values()) == before
