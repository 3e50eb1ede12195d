"""Every page of the back office speaks one language at a time: walked from the first page, link by link, in both (issue item 10)."""

import re
from collections import Counter, deque
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import resolve

from config import messages
from core.models import Job
from coupons.models import CouponPack, CouponTemplate
from demo.world.cast import FROZEN, build_cast
from engagement.models import Campaign
from growth.models import Benefit, LevelTerms, PaidPlan
from points.models import PointsEntry, Reward
from stores.models import Programme, Store
from tags.models import Segment, Tag
from tests import keeping

pytestmark = pytest.mark.slow
OF_A_KIND = 2  # pages walked of each kind: the fiftieth member's page has the same words as the first's
NOT_WALKED = {"logout", "set_language", "core_job_errors", "import_template"}
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
NO_WORDS = re.compile(r"\S*[_@./:\d\\]\S*")  # addresses, ids, numbers, names of programs
ENGLISH = re.compile(r"[A-Za-z][A-Za-z'-]{2,}")
# What stays English in a Chinese sentence: names of formats, things and people, and the other language's own name.
KEPT = {"English", "API", "APP", "CSV", "TOML", "JSON", "HTTP", "GET", "POST", "URL", "unionid", "openid", "RFM", "SKU", "SPU"}
DATA = {"admin", "auditor", "cast", "demo", "till", "platform", "UKGIFT", "UKGIFT-INTL"}  # of the demo's world
DATA |= {"PLUS", "VIP", "bronze", "silver", "gold", "diamond", "APASS"}  # levels, and the marks storefronts draw
DATA |= {"Chen", "Online", "Retail", "UCI", "Machine", "Learning", "Repository"}
SAID_TO_READERS = ("title", "placeholder", "aria-label", "alt")


class Words(HTMLParser):
    """What a page says: texts, titles, placeholders; and where it leads."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.links: list[str] = []
        self._silent = 0
        self._icons = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in ("script", "style", "code", "kbd"):
            self._silent += 1
        if tag == "span" and (self._icons or "material-symbols-outlined" in values.get("class", "")):
            self._icons += 1
        self.said += [values[name] for name in SAID_TO_READERS if values.get(name)]
        if tag == "input" and values.get("type") in ("submit", "button"):
            self.said.append(values.get("value", ""))
        self.links += [values[name] for name in ("href", "hx-get") if values.get(name)]

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "code", "kbd"):
            self._silent -= 1
        if tag == "span" and self._icons:
            self._icons -= 1

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._silent and not self._icons:
            self.said.append(" ".join(data.split()))


def walk(client: Client, below: str = "/admin/") -> dict[str, Words]:
    """Every page of the back office that can be reached by links, a few of each kind, by its address; those below an address alone."""
    found: dict[str, Words] = {}
    kinds: Counter[str] = Counter()
    waiting = deque(["/admin/"])
    seen = {"/admin/"}
    while waiting:
        address = waiting.popleft()
        match = resolve(urlsplit(address).path)
        kind = f"{match.url_name}:{match.kwargs.get('key', '')}"
        if match.url_name in NOT_WALKED or kinds[kind] >= OF_A_KIND:
            continue
        answer = client.get(address, headers={"X-Clock": FROZEN.isoformat()})
        if answer.status_code in (301, 302):
            links = [answer["Location"]]
        else:
            assert answer.status_code == 200, (address, answer.status_code)
            if not answer["Content-Type"].startswith("text/html"):
                continue
            kinds[kind] += 1
            page = found[address] = Words()
            page.feed(answer.content.decode())
            links = page.links
        for link in links:
            target = urldefrag(urljoin(f"http://testserver{address}", link))[0].removeprefix("http://testserver")
            if target.startswith(below) and target not in seen:
                seen.add(target)
                waiting.append(target)
    return found


@pytest.fixture
def clients(db: None) -> dict[str, Client]:
    """An administrator and a customer-service clerk, logged in, in a world where every kind of page has something on it."""
    keeping.once(("cast", FROZEN), lambda: build_cast(FROZEN))
    Job.objects.create(kind="import_orders", created_at=FROZEN, created_by=get_user_model().objects.get(username="admin"))
    found = {}
    for username in ("admin", "cs01"):
        client = Client()
        client.force_login(get_user_model().objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
        found[username] = client
    return found


WALKS = pytest.mark.parametrize(("username", "below"), [("admin", "/admin/"), ("cs01", "/admin/members/")])  # who sees some things masked


@WALKS
def test_chinese_pages_hold_no_english_words(clients: dict[str, Client], username: str, below: str) -> None:
    clients[username].cookies["django_language"] = "zh-hans"
    pages = walk(clients[username], below)
    assert len(pages) > 20
    strays = {
        (words, said)
        for page in pages.values()
        for said in page.said
        if (words := " ".join(sorted(set(ENGLISH.findall(NO_WORDS.sub(" ", said))) - KEPT - DATA)))
    }
    assert not strays, listed(strays)


@WALKS
def test_english_pages_hold_no_chinese_words_of_ours(clients: dict[str, Client], username: str, below: str) -> None:
    clients[username].cookies["django_language"] = "en"
    pages = walk(clients[username], below)
    assert len(pages) > 20
    ours = {
        str(said)
        for message in messages.known()
        for said in (message.string if isinstance(message.string, tuple | list) else [message.string])
        if message.id and CHINESE.search(str(said))
    }
    data = {"简体中文", "虚拟商品", *Programme.objects.values_list("name", flat=True), *Store.objects.values_list("name", flat=True)}
    for model in (LevelTerms, Benefit, PaidPlan, Reward, Tag, Segment, CouponTemplate, CouponPack, Campaign):
        data |= set(model._default_manager.values_list("name", flat=True))
    data |= set(PointsEntry.objects.values_list("note", flat=True))
    strays = {(said, address) for address, page in pages.items() for said in page.said if said in ours - data}
    assert not strays, listed(strays)


def listed(strays: set[tuple[str, str]]) -> str:
    return "\n".join(sorted(f"{words}: {where}" for words, where in strays))


def test_no_chinese_stands_in_templates() -> None:
    """Words of ours are English in the source; Chinese is the catalogue's business, and punctuation between names is none."""
    found = {
        str(path.relative_to(messages.ROOT)): CHINESE.findall(path.read_text(encoding="utf-8"))
        for name in messages.OURS
        for path in (messages.ROOT / name).rglob("*.html")
    }
    assert {path: words for path, words in found.items() if words} == {}
