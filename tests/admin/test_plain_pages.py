"""Pages for what cannot be shown: in words of the reader's language, with a way back, and telling nothing of what was asked for."""

from typing import Any

import pytest
from django import forms
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation

from core.backoffice.forms import BackOfficeForm
from core.masking import Role
from tests.admin.conftest import Sit, Street

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("language", "words"), [("en", "Nothing is here"), ("zh-hans", "找不到页面")])
def test_a_missing_and_a_foreign_page_say_the_same(street: Street, sit: Sit, language: str, words: str) -> None:
    client = sit(street.staff[Role.OPERATOR])
    pages = [
        client.get(f"/admin/members/member/{number}/change/", headers={"accept-language": language})
        for number in (999_999, street.theirs.member_id)
    ]
    assert [answer.status_code for answer in pages] == [404, 404]
    assert words in pages[0].content.decode()
    assert 'href="/admin/"' in pages[0].content.decode()
    assert pages[0].content == pages[1].content


def test_a_form_that_was_open_too_long_saves_nothing_and_says_so(street: Street) -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "zh-hans"})
    client.force_login(street.staff[Role.OPERATOR])
    answer = client.post("/i18n/setlang/", {"language": "en"})
    assert answer.status_code == 403
    assert "没有保存任何内容" in answer.content.decode()


def test_an_address_the_proxy_has_changed_is_not_called_an_old_form() -> None:
    """The first login of an installation whose proxy does not pass the host's name."""
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "zh-hans"})
    answer = client.post("/admin/login/", {"username": "admin"}, headers={"origin": "https://members.example.com"})
    assert answer.status_code == 403
    assert "CSRF_TRUSTED_ORIGINS" in answer.content.decode()
    assert "表单打开太久" not in answer.content.decode()
    assert 'rel="icon"' in answer.content.decode()


@pytest.mark.parametrize("page", ["403.html", "403_csrf.html", "404.html", "500.html"])
def test_they_are_written_without_a_request(page: str) -> None:
    """A fault may have come from anything a request brings along."""
    said: dict[str, Any] = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            said[language] = render_to_string(page)
    assert said["en"] != said["zh-hans"]
    assert 'lang="zh-hans"' in said["zh-hans"]


def test_a_code_that_is_none_is_refused_in_words_people_use() -> None:
    class Form(BackOfficeForm):
        code = forms.SlugField()

    with translation.override("zh-hans"):
        assert Form({"code": "走 查"}).errors["code"] == ["只能用英文字母、数字、连字符和下划线。"]
