"""The guide, the accounts of the login page, the page about the data."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live_settings
from django.contrib.auth import get_user_model
from django.template.loader import render_to_string
from django.test import Client
from django.urls import resolve

from core.masking import Role
from core.scope import SYSTEM, of_user
from demo import guide, handout
from demo.world.cast import Cast
from demo.world.house import PASSWORD, STAFF, open_house
from demo.world.moments import FROZEN
from demo.world.parts import PARTS


def entries(section: Any) -> list[dict[str, Any]]:
    return [entry for group in section["groups"] for entry in group["lines"]]


def scope_of(username: str) -> Any:
    return of_user(get_user_model().objects.get(username=username))


def test_every_line_about_the_cast_leads_somewhere(cast: Cast) -> None:
    section = guide.section(SYSTEM, FROZEN)
    found = entries(section)
    assert len(found) == sum(len(group.lines) for group in guide.GROUPS[:4])  # without real purchases, only the story's groups
    for entry in found:
        assert entry["url"], f"{entry['line'].label} leads nowhere"
        assert resolve(entry["url"]).kwargs or resolve(entry["url"]).args
    assert {entry["line"].identity for entry in found} == {part.identity.key for part in PARTS}


def test_what_the_guide_says_to_type_is_what_the_cast_has() -> None:
    for part in PARTS:
        numbers = {claim.external_id.removeprefix("+86") for claim in (part.identity, *part.also)}
        assert part.find in numbers


def test_every_real_customer_of_the_guide_is_in_the_file(real_customers: list[Any]) -> None:
    stores = {customer.number: customer.stores for customer in real_customers}
    for line in guide.GROUPS[4].lines:
        _provider, store, number = line.identity
        assert store in stores[number], f"{number} never bought at {store}"


def test_people_beyond_the_readers_stores_carry_no_link(cast: Cast) -> None:
    links = {entry["line"].identity: entry["url"] for entry in entries(guide.section(scope_of("op02"), FROZEN))}
    by_key = {part.key: links[part.identity.key] for part in PARTS}
    assert {key for key, url in by_key.items() if url} == {"TWO_STORES", "REFUND_REVIEWING", "QUIET", "PLATFORM_SILVER"}
    said = [render_to_string("demo/guide.html", {"section": guide.section(scope, FROZEN)}) for scope in (scope_of("op02"), SYSTEM)]
    assert ["data-others" in text for text in said] == [True, False]  # why some names lead nowhere


def test_the_same_person_line_leads_to_the_merge_case(cast: Cast) -> None:
    found = [entry["url"] for entry in entries(guide.section(scope_of("cs01"), FROZEN)) if entry["line"].identity[2] == "6001"]
    assert any("mergecase" in url for url in found)


def test_the_same_person_line_leads_the_till_to_the_member(cast: Cast) -> None:
    """A till clerk may see no merge case: the way there would be closed."""
    found = [entry["url"] for entry in entries(guide.section(scope_of("pos01"), FROZEN)) if entry["line"].identity[2] == "6001"]
    assert found
    assert all(url.startswith("/admin/members/member/") for url in found)


@pytest.mark.django_db
def test_an_empty_database_has_no_guide() -> None:
    assert guide.section(SYSTEM, FROZEN) is None


def test_the_guide_links_to_the_api_and_to_the_data(cast: Cast) -> None:
    section = guide.section(SYSTEM, FROZEN)
    html = render_to_string("demo/guide.html", {"section": section})
    assert '"/api/v1/docs/"' in html
    assert '"/admin/demo/data/"' in html
    assert "13800138000" in html


def test_the_guide_links_to_the_rules_its_reader_may_open(cast: Cast) -> None:
    of_service = guide.section(scope_of("cs01"), FROZEN)
    assert of_service is not None
    html = render_to_string("demo/guide.html", {"section": of_service})
    for address in ("levels/schemes", "levels/rules", "levels/rfm", "levels/benefits", "points/rules", "coupons/templates", "tags/tags"):
        assert f'"/admin/{address}/"' in html, address
    of_the_till = guide.section(scope_of("pos01"), FROZEN)
    assert of_the_till is not None
    assert of_the_till["rules"] == []


def test_the_login_page_offers_every_role_to_one_click(db: None, settings: Any, client: Client) -> None:
    open_house(FROZEN)
    engine: dict[str, Any] = live_settings.TEMPLATES[0]
    settings.TEMPLATES = [{**engine, "DIRS": [live_settings.BASE_DIR / "demo" / "templates", *engine["DIRS"]]}]
    page = client.get("/admin/login/").content.decode()
    shown = {staff.role.value for staff in STAFF if f'data-demo-username="{staff.username}"' in page}
    assert shown == {role.value for role in Role}
    assert f'data-demo-password="{PASSWORD}"' in page


def test_the_login_page_elsewhere_offers_nothing(db: None, client: Client) -> None:
    page = client.get("/admin/login/").content.decode()
    assert "data-demo-username" not in page
    assert PASSWORD not in page


def test_every_account_can_log_in(db: None, client: Client) -> None:
    open_house(FROZEN)
    for staff in STAFF:
        answer = client.post("/admin/login/", {"username": staff.username, "password": PASSWORD, "next": "/admin/"})
        assert (answer.status_code, answer["Location"]) == (302, "/admin/"), staff.username
        client.logout()


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "<td>converted at a fixed 1 GBP = 10 CNY</td>"), ("zh-hans", "<td>按固定汇率 1 GBP = 10 CNY 换算</td>")],
)
def test_the_page_about_the_data_shows_the_document(db: None, client: Client, language: str, words: str) -> None:
    open_house(FROZEN)
    client.force_login(get_user_model().objects.get(username="cs01"))
    page = client.get("/admin/demo/data/", headers={"Accept-Language": language})
    assert page.status_code == 200
    assert words in page.content.decode()
    assert 'href="https://doi.org/10.24432/C5BW33"' in page.content.decode()


def test_the_document_says_the_same_in_both_languages(project: Path) -> None:
    """Every table of the Chinese page has its twin of as many lines, in the same order; the English page has more."""

    def tables(name: str) -> list[tuple[int, int]]:
        blocks = handout.blocks((project / "docs" / name).read_text(encoding="utf-8"))
        return [(len(block.rows), len(block.rows[0])) for block in blocks if block.kind == "table"]

    english = iter(tables("demo-data.md"))
    assert all(table in english for table in tables("demo-data.zh-Hans.md"))


def test_strangers_do_not_see_the_page_about_the_data(db: None, client: Client) -> None:
    assert client.get("/admin/demo/data/").status_code == 302


def test_a_handout_is_read_block_by_block() -> None:
    found = handout.blocks(
        "# Title\n\nSome `code` & **bold** text\nover two lines.\n\n- one\n- two\n  more\n\n| a | b |\n|---|--:|\n| 1 | <2> |\n"
    )
    assert [(block.kind, block.text) for block in found[:2]] == [
        ("h1", "Title"),
        ("p", "Some <code>code</code> &amp; <strong>bold</strong> text over two lines."),
    ]
    assert found[2].rows == (("one",), ("two more",))
    assert found[3].rows == (("a", "b"), ("1", "&lt;2&gt;"))


def test_a_handout_makes_links_of_addresses_and_of_nothing_else() -> None:
    assert handout.inline("[x](https://a.example/)") == '<a href="https://a.example/" rel="noopener">x</a>'
    assert handout.inline("<https://a.example/>") == '<a href="https://a.example/" rel="noopener">https://a.example/</a>'
    assert handout.inline("[x](javascript:alert(1))") == "[x](javascript:alert(1))"


def test_docs_name_every_account_and_everybody_in_the_cast(project: Path) -> None:
    text = (project / "docs" / "demo-data.md").read_text(encoding="utf-8")
    assert all(f"`{staff.username}`" in text for staff in STAFF)
    assert all(part.profile.name in text and part.find in text for part in PARTS)
    assert PASSWORD in text
    assert "CC BY 4.0" in text


def test_the_bare_address_leads_to_the_login_and_the_guide(client: Client) -> None:
    answer = client.get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
