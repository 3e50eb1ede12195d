"""The side menu: parts that fold, the words of its lines, and where they lead."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils.html import strip_tags

from core.backoffice import menu
from core.masking import Role
from tests.admin.conftest import Sit, Street


def test_the_part_of_the_page_and_the_first_ones_are_open(street: Street, sit: Sit) -> None:
    client = sit(street.staff[Role.OPERATOR])
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    for name, here in (("lookup", "Member lookup"), ("tags_tags", "Tags"), ("points_holds", "Assets")):
        text = client.get(reverse(f"admin:{name}")).content.decode()
        groups = re.findall(r'<details class="gx-menu-group[^"]*"( open)?>\s*<summary[^>]*><h2>([^<]+)</h2>', text)
        assert {title for is_open, title in groups if is_open} == {"Member lookup", "Member profiles", here}, name
        assert len(groups) == 7
        assert text.count('aria-current="page"') == 1


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_page_is_called_what_the_menu_calls_it(street: Street, sit: Sit, language: str) -> None:
    client = sit(get_user_model().objects.create_superuser("root", password="guanxi-test-password"))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    groups = client.get(reverse("admin:lookup")).context["sidebar_navigation"]
    differ = {}
    for item in (item for group in groups for item in group["items"]):
        text = client.get(item["link"]).content.decode()
        [heading] = re.findall(r"<title>\s*(.*?)\s*\|", text, re.DOTALL)
        if strip_tags(heading).strip() != str(item["title"]):
            differ[str(item["title"])] = heading
    assert differ == {}
    assert len(groups) == len(menu.GROUPS)
