"""Tables whose rows are only added (STYLE section 5): Postgres refuses to change, delete or empty them, whoever asks."""

from django.db import migrations

FUNCTION = """
CREATE FUNCTION core_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: a mistake is answered by another row', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""
_REFUSE = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION core_refuse_change();
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT WHEN (current_setting('guanxi.ledgers_may_be_emptied', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION core_refuse_change();
"""
_ALLOW = """
DROP TRIGGER {table}_no_truncate ON {table};
DROP TRIGGER {table}_append_only ON {table};
"""


def install() -> migrations.RunSQL:
    """The operation that makes the function all these triggers call."""
    return migrations.RunSQL(FUNCTION, "DROP FUNCTION core_refuse_change()")


def only_added(*tables: str) -> migrations.RunSQL:
    """The operation that closes tables to all but INSERT.

    `guanxi.ledgers_may_be_emptied` is on in the tests' sessions alone, which empty all tables between two tests.
    """
    return migrations.RunSQL(
        "".join(_REFUSE.format(table=table) for table in tables), "".join(_ALLOW.format(table=table) for table in tables)
    )
