"""Nobody made up can be taken for somebody else."""

from datetime import date, datetime
from random import Random

from core.phones import to_e164
from demo import customers, people
from demo.customers import Customer
from demo.world.crowd import MEMBERS
from demo.world.parts import PARTS, UNREGISTERED_PHONE
from members import regions


def test_every_number_gives_another_phone() -> None:
    assert len({people.phone(number) for number in range(200_000)}) == 200_000


def test_phones_have_the_shape_of_chinese_mobiles() -> None:
    for number in range(0, 1_000_000, 997):
        assert to_e164(people.phone(number)) == people.phone(number)


def test_no_made_up_phone_is_one_of_the_casts() -> None:
    cast = {claim.external_id for part in PARTS for claim in (part.identity, *part.also)} | {UNREGISTERED_PHONE}
    cast |= {address.phone for part in PARTS for address in part.addresses}
    made_up = {people.phone(number) for number in range(MEMBERS)} | {people.phone(customers.PHONES_FROM + place) for place in range(5_000)}
    assert len(made_up) == MEMBERS + 5_000  # the two series do not meet either
    assert not made_up & cast
    assert not {phone[3:6] for phone in made_up} & {"138", "139"}


def test_the_same_seed_makes_the_same_person() -> None:
    def make() -> people.Person:
        return people.person(Random(7), number=3, offset=10, youngest=date(2005, 1, 1))

    assert make() == make()


def test_people_live_where_the_list_of_regions_knows_a_district() -> None:
    random = Random(1)
    for number in range(300):
        person = people.person(random, number=number, offset=0, youngest=date(2005, 1, 1))
        regions.check(person.home.province_code, person.home.city_code, person.home.district_code)
        assert person.birthday <= date(2005, 1, 1)
        assert person.email == "" or person.email.endswith("@example.com")


def test_the_file_has_its_customers(real_customers: list[Customer]) -> None:
    assert len(real_customers) == 4_372
    assert real_customers[0] == Customer("17850", ("United Kingdom",), datetime(2010, 12, 1, 8, 26, tzinfo=customers.SHOP_ZONE))
    assert sum(len(customer.countries) > 1 for customer in real_customers) == 8
    assert sum(customer.stores == ("UKGIFT",) for customer in real_customers) == 3_950
    assert sum("UKGIFT-INTL" in customer.stores for customer in real_customers) == 422
