"""Numbers of rows that are named before they are written: entries say which redemption or exchange they belong to."""

from django.db import connection, models


def next_id(model: type[models.Model]) -> int:
    """The number the next row of this table bears; nobody else gets it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [model._meta.db_table])
        return int(cursor.fetchone()[0])
