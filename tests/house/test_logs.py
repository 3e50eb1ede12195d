"""Logs say what happened and to which id, never who (R19, R21)."""

import json
import logging

import pytest
import structlog

from core.logs import mask_personal_data, masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Key (phone)=(+8613800138000) already exists.", "Key (phone)=(+86138****8000) already exists."),
        ("13800138000,13912345678", "138****8000,139****5678"),
        ("zhang.san@example.com wrote", "z***@example.com wrote"),
        ("order 202401138001380001234 of 12800138000", "order 202401138001380001234 of 12800138000"),
        ("one_id mb_7Qk13800138000x", "one_id mb_7Qk13800138000x"),
    ],
)
def test_numbers_and_addresses_of_people_are_made_unreadable(text, shown):
    assert masked(text) == shown


def test_every_text_of_an_event_is_masked_and_nothing_else_is_touched():
    event = {"event": "refused", "exception": "DETAIL: 13800138000", "count": 13800138000}
    assert mask_personal_data(None, "info", event) == {"event": "refused", "exception": "DETAIL: 138****8000", "count": 13800138000}


@pytest.fixture
def lines(settings):
    """What production would print: one JSON object a line."""
    from config.settings.logs import LOGGING

    formatter = LOGGING["formatters"]["lines"]
    made = formatter["()"](foreign_pre_chain=formatter["foreign_pre_chain"], processors=formatter["processors"])
    kept: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            kept.append(made.format(record))

    handler = Keep()
    root = logging.getLogger()
    root.addHandler(handler)
    yield kept
    root.removeHandler(handler)


@pytest.mark.django_db
def test_a_request_is_logged_by_path_and_id_without_what_was_typed(client, lines):
    client.get("/admin/login/?q=13800138000&name=张三", headers={"X-Request-ID": "req-1"})
    text = "\n".join(lines)
    requests = [json.loads(line) for line in lines if "request_finished" in line]
    assert [(each["request"], each["code"], each["request_id"]) for each in requests] == [("GET /admin/login/", 200, "req-1")]
    assert "13800138000" not in text
    assert "张三" not in text


def test_a_newline_in_a_value_makes_no_second_line(lines):
    structlog.get_logger("test").warning("refused", code="a\nb")
    assert len(lines) == 1
    assert json.loads(lines[0])["code"] == "a\nb"
