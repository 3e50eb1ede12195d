"""The programs that come with the server a test runs on: those of another version may say what it does not know."""

from django.db import connection

from config.embedded.places import postgres_tree


def postgres_program(name: str) -> str:
    """Where pg_dump, pg_restore, psql or pgbench of the connected server's major version is."""
    connection.ensure_connection()
    major = connection.connection.info.server_version // 10_000
    return str(postgres_tree(str(major)) / "bin" / name)
