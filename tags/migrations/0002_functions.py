"""The function that reads the months of members (docs/rules/summary.md)."""

from pathlib import Path

from django.db import migrations

_FUNCTIONS = Path(__file__).parents[1] / "sql" / "functions"


class Migration(migrations.Migration):
    dependencies = [("tags", "0001_initial")]

    operations = [
        migrations.RunSQL((_FUNCTIONS / "tags_months.sql").read_text(encoding="utf-8"), "DROP FUNCTION tags_months"),
    ]
