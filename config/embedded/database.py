"""What the demo's database holds, told by the database itself: its comment goes with the data it speaks of."""

import hashlib
from enum import StrEnum

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from config.embedded.places import PROJECT

PREFIX = "guanxi demo data"


class State(StrEnum):
    EMPTY = "empty"
    LOADING = "loading"  # a load began and did not end
    LOADED = "loaded"
    FOREIGN = "foreign"  # tables that no demo made


class Database:
    """The demo's database before Django knows it. ours: it is the embedded one, which the demo may empty."""

    def __init__(self, url: str, *, ours: bool) -> None:
        self.url, self.ours = url, ours

    def state(self) -> State:
        comment, migrated = self._ask()
        if comment.startswith(PREFIX):
            return State(comment.split()[3])
        return State.FOREIGN if migrated else State.EMPTY

    def migrated_by(self, code: str) -> bool:
        """True when the code of this digest has migrated the database already."""
        return self._ask()[0].endswith(f" by {code}")

    def mark(self, state: State, code: str = "") -> None:
        text = f"{PREFIX} {state}" + (f" by {code}" if code else "")
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(SQL("COMMENT ON DATABASE {} IS {}").format(Identifier(connection.info.dbname), Literal(text)))

    def empty(self) -> None:
        """Start again from nothing."""
        assert self.ours, "only the embedded database is ever dropped"
        name = Identifier(str(psycopg.conninfo.conninfo_to_dict(self.url)["dbname"]))
        with psycopg.connect(self.url, dbname="postgres", autocommit=True) as connection:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(name))
            connection.execute(SQL("CREATE DATABASE {}").format(name))

    def _ask(self) -> tuple[str, bool]:
        """The comment, and whether Django has ever migrated it."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute(
                "SELECT coalesce(shobj_description(oid, 'pg_database'), ''), to_regclass('django_migrations') IS NOT NULL"
                " FROM pg_database WHERE datname = current_database()"
            ).fetchone()
        assert row is not None
        return str(row[0]), bool(row[1])


def code_digest() -> str:
    """Changes whenever a migration of ours or of a dependency may have: by the files of the one and the lock of the other."""
    digest = hashlib.sha256((PROJECT / "requirements" / "base.txt").read_bytes())
    for path in sorted([*PROJECT.glob("*/migrations/*.py"), *PROJECT.glob("*/sql/**/*.sql")]):
        digest.update(str(path.relative_to(PROJECT)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]
