"""After a transactional test the tables are empty again: those it filled, row by row where they are few.

Django truncates every table, filled or not, and then asks what a migration would ask for: two seconds of work after each such test.
"""

from typing import Any

from django.db import connection

KEPT = ("django_migrations", "django_content_type", "auth_permission")  # made by migrating, changed by nobody
MANY = 2_000  # rows of one table, from which on throwing its file away is cheaper
TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition AND NOT relname = ANY(%s)
"""


def filled_tables(cursor: Any) -> dict[str, int]:
    """Rows of the tables that have any beside what migrating made, counted up to MANY."""
    cursor.execute(TABLES, [list(KEPT)])
    counts = " UNION ALL ".join(
        f"SELECT '{name}', (SELECT count(*) FROM (SELECT FROM \"{name}\" LIMIT {MANY}) AS found)" for (name,) in cursor.fetchall()
    )
    cursor.execute(f"SELECT * FROM ({counts}) AS counted (name, rows) WHERE rows > 0")
    return dict(cursor.fetchall())


def empty_tables(cursor: Any) -> None:
    """cursor: of the test database, in no transaction but its own."""
    filled = filled_tables(cursor)
    if not filled:
        return
    cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if max(filled.values()) < MANY and cursor.fetchone()[0]:
        deletes = "; ".join(f'DELETE FROM "{name}"' for name in filled)
        cursor.execute(f"BEGIN; SET LOCAL session_replication_role = replica; {deletes}; COMMIT")  # no trigger, no key is asked
    else:
        cursor.execute("TRUNCATE {} CASCADE".format(", ".join(f'"{name}"' for name in filled)))


def teardown(_test_case: Any) -> None:
    """Takes the place of django.test.TransactionTestCase._fixture_teardown."""
    with connection.cursor() as cursor:
        empty_tables(cursor)
