"""An installation without a single member: every list says where its lines come from, and the next step is a click away."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from core.masking import Role
from core.models import Job
from stores.enums import StaffRole
from stores.models import StaffAssignment
from tests import world
from tests.admin.conftest import Sit, Street

pytestmark = pytest.mark.django_db
LISTS = {
    "activity_order": ("Orders come from a file", ["import_orders", "stores_apiclient_changelist"]),
    "activity_aftersale": ("After-sales come from", ["stores_apiclient_changelist"]),
    "activity_walletbalance": ("Balances come from", ["stores_apiclient_changelist"]),
    "members_member": ("Members come from a file", ["import_members", "stores_apiclient_changelist"]),
    "members_mergecase": ("An import or a registration", []),
    "members_accesslog": ("Every search", []),
    "stores_servicenote": ("Notes are written", ["lookup"]),
    "stores_apiclient": ("A program of the shop", ["stores_apiclient_add"]),
    "stores_webhookendpoint": ("A webhook tells", ["stores_webhookendpoint_add"]),
    "stores_webhookdelivery": ("What is delivered", ["stores_webhookendpoint_changelist"]),
    "core_job": ("Imports, trials and simulations", ["import_members", "import_orders"]),
    "axes_accessattempt": ("Logins with a wrong password", []),
}


@pytest.fixture
def root(sit: Sit) -> Client:
    client = sit(get_user_model().objects.create_superuser("root", password="guanxi-test-password"))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def page(client: Client, name: str, query: str = "") -> str:
    """What is below the heading, without the menu."""
    text = client.get(reverse(f"admin:{name}") + query).content.decode()
    return text[text.index("</h1>") if "</h1>" in text else 0 :]


@pytest.mark.parametrize("name", LISTS)
def test_an_empty_list_says_where_its_lines_come_from(root: Client, name: str) -> None:
    words, steps = LISTS[name]
    text = page(root, f"{name}_changelist")
    assert "Nothing here yet" in text
    assert words in text
    assert [step for step in steps if f'class="gx-button" href="{reverse(f"admin:{step}")}' not in text.replace(" gx-primary", "")] == []
    assert "Reset filters" not in text


def test_a_list_that_filters_have_emptied_says_so(root: Client) -> None:
    text = page(root, "activity_order_changelist", "?status__exact=paid")
    assert "Nothing matches" in text
    assert "Reset filters" in text
    assert "Orders come from" not in text


def test_the_first_page_of_an_empty_house_leads_to_the_import(root: Client) -> None:
    text = page(root, "lookup")
    assert "There are no members yet." in text
    assert f'class="gx-button" href="{reverse("admin:import_members")}"' in text


def test_where_there_are_members_the_first_page_says_nothing_of_it(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.CUSTOMER_SERVICE])
    assert "There are no members yet." not in client.get(reverse("admin:lookup"), headers={"accept-language": "en"}).content.decode()


def test_a_colleague_is_a_login_and_a_role_and_one_leads_to_the_other(root: Client) -> None:
    asked = root.get(reverse("admin:auth_user_add")).content.decode()
    assert re.search(r'name="is_staff"[^>]*checked', asked)
    said = {"username": "kefu", "password1": "a-long-passw0rd", "password2": "a-long-passw0rd", "is_staff": "on"}
    added = root.post(reverse("admin:auth_user_add"), said, follow=True).content.decode()
    kefu = get_user_model().objects.get(username="kefu")
    address = f"{reverse('admin:stores_staffassignment_changelist')}add/?user={kefu.pk}"
    assert f'<a href="{address}">' in added

    form = root.get(address).context["adminform"].form
    assert str(form["user"].value()) == str(kefu.pk)
    day, hour = (widget["value"] for widget in form["valid_from"].subwidgets[0].data["subwidgets"])
    given = {"user": kefu.pk, "store": "", "role": StaffRole.CUSTOMER_SERVICE, "valid_from_0": day, "valid_from_1": hour}
    root.post(address, given | {"valid_until_0": "", "valid_until_1": ""})
    assert StaffAssignment.objects.get(user=kefu).role == StaffRole.CUSTOMER_SERVICE


def test_the_list_of_jobs_names_the_phase_in_words(root: Client) -> None:
    Job.objects.create(kind="import_members", phase="taking_over", created_at=world.NOW)
    text = page(root, "core_job_changelist")
    assert "taking_over" not in text
