"""Statements kept in files, and those the server keeps prepared."""

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
