"""Pure rules of members and the masks: MEM-12, DAT-10, DAT-20, MEM-11, SEC-04."""

from datetime import date

import pytest

from core.errors import InvalidInput
from core.masking import FieldClass, Role, Visibility, mask, mask_phone, show, visibility
from core.phones import national, to_e164
from core.scope import Scope
from members import regions
from members.rules import age_on, months_old


@pytest.mark.parametrize("said", ["13800138000", "+86 138 0013 8000", "０１３８００１３８０００"[1:], "138-0013-8000"])
def test_chinese_numbers_become_e164(said):
    assert to_e164(said) == "+8613800138000"


@pytest.mark.parametrize("said", ["1380013800", "138001380000", "abc", "", "+8612345678901", "12800138000"])
def test_what_is_no_number_is_refused_by_field(said):
    with pytest.raises(InvalidInput) as refusal:
        to_e164(said, field="receiver_phone")
    assert refusal.value.field == "receiver_phone"


def test_foreign_numbers_keep_their_country():
    assert to_e164("+65 6123 4567") == "+6561234567"
    assert national("+6561234567") == "+6561234567" and national("+8613800138000") == "13800138000"


def test_ages_turn_on_the_birthday():
    """DAT-10."""
    assert age_on(date(2000, 2, 29), date(2024, 2, 28)) == 23
    assert age_on(date(2000, 2, 29), date(2024, 2, 29)) == 24


def test_months_of_a_child_are_full_months():
    """DAT-20, the months: 18 and 50 on 2024-05-20."""
    assert months_old(date(2022, 11, 1), date(2024, 5, 20)) == 18
    assert months_old(date(2020, 3, 1), date(2024, 5, 20)) == 50


def test_the_bundled_regions_are_whole():
    assert len(regions.children()) == 34
    assert {child.name_zh for child in regions.children("440000")} >= {"深圳市", "广州市"}
    assert regions.path("440000", "440300", "440305") == "广东省深圳市南山区"
    regions.check("440000", "440300", "440305")


@pytest.mark.parametrize(
    ("codes", "field"), [(("999999",), "province_code"), (("440000", "310100"), "city_code"), (("", "440300"), "city_code")]
)
def test_regions_that_do_not_fit_are_refused_by_field(codes, field):
    with pytest.raises(InvalidInput) as refusal:
        regions.check(*codes)
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("field", "value", "masked"),
    [
        (FieldClass.PHONE, "+8613800138000", "138****8000"),
        (FieldClass.EMAIL, "anna@example.com", "a***@example.com"),
        (FieldClass.NAME, "张三", "张*"),
        (FieldClass.NAME, "欧阳修文", "欧***"),
        (FieldClass.BIRTHDAY, "1992-06-15", "06-15"),
        (FieldClass.ADDRESS, "科技园1号", "****"),
        (FieldClass.EXTERNAL_ID, "u1234567", "u1****67"),
        (FieldClass.EXTERNAL_ID, "6001", "****"),
    ],
)
def test_masks(field, value, masked):
    assert mask(field, value) == masked


def test_short_numbers_show_nothing():
    assert mask_phone("110") == "****"


def test_nobody_without_a_role_sees_anything():
    assert show(FieldClass.PHONE, "+8613800138000", Scope(actor="staff:1")) == ""


def test_the_best_role_counts_and_a_till_clerk_never_reveals():
    clerk = Scope(actor="staff:1", roles=frozenset({Role.TILL_CLERK}))
    both = Scope(actor="staff:1", roles=frozenset({Role.TILL_CLERK, Role.CUSTOMER_SERVICE}))
    assert visibility(FieldClass.PHONE, clerk) is Visibility.MASKED
    assert visibility(FieldClass.PHONE, both) is Visibility.REVEAL


def test_roles_do_not_carry_over_to_another_store():
    scope = Scope(
        actor="staff:1",
        store_ids=frozenset({1, 2}),
        roles=frozenset({Role.TILL_CLERK, Role.CUSTOMER_SERVICE}),
        assignments=frozenset({(1, Role.CUSTOMER_SERVICE.value), (2, Role.TILL_CLERK.value)}),
    )
    assert scope.within([2]).roles == {Role.TILL_CLERK}
    assert scope.within([1]).roles == {Role.CUSTOMER_SERVICE}


def test_a_client_reads_phones_masked_unless_granted():
    assert show(FieldClass.PHONE, "+8613800138000", Scope(actor="client:1")) == "138****8000"
    assert show(FieldClass.PHONE, "+8613800138000", Scope(actor="client:1", grants=frozenset({"pii:read"}))) == "+8613800138000"
