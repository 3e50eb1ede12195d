"""Statements kept in files, and those the server keeps prepared."""

from datetime import UTC, datetime

import pghistory
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import sql

pytestmark = pytest.mark.django_db


def test_a_call_is_in_the_list_of_statements_by_its_own_text() -> None:
    with CaptureQueriesContext(connection) as captured:
        sql.call("tags/facts/note_points", entry_ids=[1], is_live=True)
    assert [said["sql"].split("(")[0] for said in captured.captured_queries] == ["SELECT tags_note"]


def test_the_server_keeps_one_statement_for_many_calls() -> None:
    for number in range(3):
        sql.call("tags/facts/note_points", entry_ids=[number], is_live=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans + custom_plans FROM pg_prepared_statements WHERE statement LIKE %s", ["SELECT tags_note(%points%"]
        )
        assert [row[0] >= 3 for row in cursor.fetchall()] == [True]


def test_a_long_read_is_kept_as_one_statement_whatever_the_sizes_of_numbers() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    with pghistory.context(url="/somewhere"):  # what writes history stands before no read
        for ids, programmes in (([1], [1]), ([70_000, 5_000_000_000], [2, 40_000])):
            sql.call("growth/cards/held", member_ids=ids, programme_ids=programmes, at=at)
    kept = "SELECT count(*), sum(generic_plans + custom_plans) FROM pg_prepared_statements WHERE statement LIKE %s"
    with connection.cursor() as cursor:
        cursor.execute(kept, ["%AS told"])
        assert cursor.fetchone() == (1, 2)
