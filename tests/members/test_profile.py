"""Changing a profile: MEM-07..17, MEM-24, MEM-25, DAT-12, DAT-13, DAT-17, DAT-19, DAT-21, OMN-02."""

from datetime import UTC, date, datetime, time

import pytest

from core.errors import InvalidInput, VersionMismatch
from members import regions, selectors
from members import services as members_services
from members.enums import MaritalStatus, MemberStatus, Provider
from members.errors import ConsentMissing, IdentityTaken, LastIdentity, MemberNotActive, TooManyAddresses
from members.models import Address, Consent, Identity, Member
from members.rules import AddressIn, IdentityClaim
from tests.world import NOW, enrol, store

PHONE, OTHER = "+8613800138000", "+8613900139000"
HOME = AddressIn(receiver="张三", phone=PHONE, street="科技园1号", province_code="440000", city_code="440300", district_code="440305")


def change(member_id: int, **changes: object) -> Member:
    return members_services.update_profile(member_id=member_id, changes=changes, actor="staff:7", at=NOW, reason="电话更正")


@pytest.mark.django_db
def test_three_edits_leave_version_four_and_three_lines_of_history():
    member_id = enrol(store(), PHONE, name="张三").member_id
    change(member_id, nickname="三三")
    change(member_id, nickname="小三")
    change(member_id, occupation="教师", gender="female")
    assert Member.objects.get(pk=member_id).version == 4
    told = [(line.field, line.old, line.new, line.actor, line.reason) for line in selectors.profile_changes(member_id)]
    assert sorted(told[:2]) == [
        ("gender", "unknown", "female", "staff:7", "电话更正"),
        ("occupation", "", "教师", "staff:7", "电话更正"),
    ]
    assert told[2:] == [("nickname", "三三", "小三", "staff:7", "电话更正"), ("nickname", "", "三三", "staff:7", "电话更正")]


@pytest.mark.django_db
def test_a_stale_version_is_refused_and_nothing_changes():
    member_id = enrol(store(), PHONE).member_id
    change(member_id, nickname="新")
    with pytest.raises(VersionMismatch) as refusal:
        members_services.update_profile(member_id=member_id, changes={"nickname": "旧"}, expected_version=1, actor="client:1", at=NOW)
    assert refusal.value.values == {"version": 2}
    assert Member.objects.get(pk=member_id).nickname == "新"


@pytest.mark.django_db
def test_the_same_value_again_is_no_change():
    member_id = enrol(store(), PHONE, name="张三").member_id
    change(member_id, name="张三")
    assert Member.objects.get(pk=member_id).version == 1
    assert selectors.profile_changes(member_id) == []


@pytest.mark.django_db
def test_server_fields_cannot_be_changed():
    member_id = enrol(store(), PHONE).member_id
    with pytest.raises(InvalidInput) as refusal:
        change(member_id, registered_at=NOW)
    assert refusal.value.field == "registered_at"


@pytest.mark.django_db
def test_a_new_proven_phone_replaces_the_old_one():
    member_id = enrol(store(), PHONE).member_id
    claim = IdentityClaim(Provider.PHONE.value, OTHER, verified_at=NOW)
    members_services.link_identity(member_id=member_id, claim=claim, actor="client:1", at=NOW)
    assert selectors.resolve_identity("phone", "", PHONE) is None
    found = selectors.resolve_identity("phone", "", OTHER)
    assert found is not None and found.pk == member_id
    assert Member.objects.get(pk=member_id).phone == OTHER


@pytest.mark.django_db
def test_a_phone_of_another_member_is_refused():
    first, second = enrol(store(), PHONE).member_id, enrol(store(), OTHER).member_id
    with pytest.raises(IdentityTaken):
        members_services.link_identity(
            member_id=second, claim=IdentityClaim(Provider.PHONE.value, PHONE, verified_at=NOW), actor="client:1", at=NOW
        )
    assert Identity.objects.get(external_id=PHONE).member_id == first
    assert Member.objects.get(pk=second).phone == OTHER


@pytest.mark.django_db
def test_the_last_proven_identity_stays():
    member_id = enrol(store(), PHONE).member_id
    identity = Identity.objects.get(member_id=member_id)
    with pytest.raises(LastIdentity):
        members_services.unlink_identity(member_id=member_id, identity_id=identity.pk, actor="client:1", at=NOW)
    assert Identity.objects.filter(pk=identity.pk).exists()


@pytest.mark.django_db
def test_marital_status_needs_a_consent():
    """DAT-19: one of three, unknown at first; without the consent refused and nothing kept, with it kept."""
    member_id = enrol(store(), PHONE).member_id
    with pytest.raises(ConsentMissing):
        change(member_id, marital_status="married")
    assert Member.objects.get(pk=member_id).marital_status == "unknown"
    assert MaritalStatus.values == ["unknown", "single", "married"]
    members_services.give_consent(member_id=member_id, purpose="profile", policy_version="v1", channel="app", actor="client:1", at=NOW)
    assert change(member_id, marital_status="married").marital_status == "married"


@pytest.mark.django_db
def test_a_newer_policy_replaces_the_consent_in_force():
    member_id = enrol(store(), PHONE).member_id
    for version in ("v1", "v1", "v2"):
        members_services.give_consent(
            member_id=member_id, purpose="policy", policy_version=version, channel="app", actor="client:1", at=NOW
        )
    rows = Consent.objects.filter(member_id=member_id).order_by("id").values_list("policy_version", "withdrawn_at")
    assert list(rows) == [("v1", NOW), ("v2", None)]


@pytest.mark.django_db
def test_one_default_address_and_the_recent_ones_next():
    member_id = enrol(store(), PHONE).member_id
    ids = [members_services.add_address(member_id=member_id, address=HOME, actor="staff:7", at=NOW).pk for _ in range(3)]
    members_services.make_default_address(member_id=member_id, address_id=ids[1], actor="staff:7", at=NOW)
    members_services.touch_address(member_id=member_id, address_id=ids[2], at=datetime(2024, 5, 19, tzinfo=UTC))
    members_services.touch_address(member_id=member_id, address_id=ids[0], at=datetime(2024, 5, 1, tzinfo=UTC))
    assert [row.pk for row in selectors.ordered_addresses(member_id)] == [ids[1], ids[2], ids[0]]
    assert Address.objects.filter(member_id=member_id, is_default=True).count() == 1


@pytest.mark.django_db
def test_the_twenty_first_address_is_refused():
    member_id = enrol(store(), PHONE).member_id
    for _ in range(20):
        members_services.add_address(member_id=member_id, address=HOME, actor="staff:7", at=NOW)
    with pytest.raises(TooManyAddresses):
        members_services.add_address(member_id=member_id, address=HOME, actor="staff:7", at=NOW)
    assert Address.objects.filter(member_id=member_id).count() == 20


@pytest.mark.django_db
def test_a_city_outside_its_province_is_refused():
    """DAT-12, DAT-13: 440000 and 440300 are kept as codes and named by the table; a city of another province is refused."""
    member_id = enrol(store(), PHONE).member_id
    kept = change(member_id, province_code="440000", city_code="440300")
    assert (kept.province_code, kept.city_code) == ("440000", "440300")
    assert [regions.path(kept.province_code), regions.path(kept.province_code, kept.city_code)] == ["广东省", "广东省深圳市"]
    with pytest.raises(InvalidInput) as refusal:
        change(member_id, province_code="440000", city_code="310100")
    assert refusal.value.field == "city_code"
    assert Member.objects.get(pk=member_id).city_code == "440300"


@pytest.mark.django_db
def test_a_proven_e_mail_is_unproven_when_it_changes_and_when_it_is_taken_back():
    """DAT-21 as ruling 18 has it: false when new, true once the shop pushes its proof, false once the shop takes it back."""
    member_id = enrol(store(), PHONE).member_id

    def is_valid() -> bool:
        return Member.objects.get(pk=member_id).email_verified_at is not None

    def prove(address: str) -> Identity:
        claim = IdentityClaim(Provider.EMAIL.value, address, verified_at=NOW)
        return members_services.link_identity(member_id=member_id, claim=claim, actor="client:1", at=NOW)

    change(member_id, email="zhangsan@example.com")
    assert not is_valid()
    proven = prove("zhangsan@example.com")
    assert is_valid()
    members_services.unlink_identity(member_id=member_id, identity_id=proven.pk, actor="client:1", at=NOW)
    assert not is_valid()
    assert Member.objects.get(pk=member_id).email == "zhangsan@example.com"
    prove("zhangsan@example.com")
    change(member_id, email="san@example.com")
    assert not is_valid()


@pytest.mark.django_db
def test_the_calling_list_keeps_to_the_hours_that_members_said():
    """DAT-17: a home number, callable from 19:00 to 21:00: not on the list at 18:59, on it at 19:00."""
    shop = store()
    evening = enrol(shop, name="晚上").member_id
    change(evening, landline="0755-26001234", callable_from=time(19), callable_until=time(21))
    usual, turned, silent, frozen = (enrol(shop, phone).member_id for phone in (PHONE, OTHER, "", "+8613700137000"))
    change(turned, callable_from=time(21), callable_until=time(19))  # a slip: the usual hours
    members_services.freeze_member(member_id=frozen, reason="盗号调查中", actor="staff:7", at=NOW)

    def callable_at(clock: str) -> set[int]:
        return {member.pk for member in selectors.callable_at(Member.objects.all(), time.fromisoformat(clock))}

    assert silent not in callable_at("12:00")
    found = {clock: callable_at(clock) for clock in ("08:59", "09:00", "18:59", "19:00", "20:59", "21:00")}
    assert found == {
        "08:59": set(),
        "09:00": {usual, turned},
        "18:59": {usual, turned},
        "19:00": {evening, usual, turned},
        "20:59": {evening, usual, turned},
        "21:00": set(),
    }


@pytest.mark.django_db
def test_a_frozen_member_is_not_changed_until_unfrozen():
    member_id = enrol(store(), PHONE).member_id
    members_services.freeze_member(member_id=member_id, reason="盗号调查中", actor="staff:7", at=NOW)
    with pytest.raises(MemberNotActive):
        change(member_id, nickname="新")
    members_services.unfreeze_member(member_id=member_id, reason="调查结束了", actor="staff:7", at=NOW)
    assert change(member_id, nickname="新").status == MemberStatus.ACTIVE


@pytest.mark.django_db
def test_registration_by_phone_alone_is_ten_per_cent_complete():
    member = Member.objects.get(pk=enrol(store(), PHONE).member_id)
    Member.objects.filter(pk=member.pk).update(name="")
    member.refresh_from_db()
    percent, missing = selectors.completeness(member)
    assert percent == 10 and "phone" not in missing and len(missing) == 9


@pytest.mark.django_db
def test_marketing_is_off_until_switched_on():
    member_id = enrol(store(), PHONE).member_id
    switches = selectors.preferences(member_id)
    assert len(switches) == 20
    assert {key: on for key, on in switches.items() if not on}.keys() == {
        (channel, "marketing") for channel in ("sms", "push", "email", "wechat", "inbox")
    }
    members_services.set_preferences(member_id=member_id, switches={("sms", "marketing"): True}, actor="client:1", at=NOW)
    assert selectors.preferences(member_id)[("sms", "marketing")] is True


@pytest.mark.django_db
def test_a_child_needs_the_guardians_consent():
    member_id = enrol(store(), PHONE).member_id
    with pytest.raises(InvalidInput) as refusal:
        members_services.add_child(
            member_id=member_id, birth_month=date(2022, 11, 1), gender="male", guardian_consent_at=None, actor="a", at=NOW
        )
    assert refusal.value.field == "guardian_consent_at"
