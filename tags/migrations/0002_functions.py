"""The function that reads the months of members (docs/rules/summary.md), and the one that leaves notes of stale facts."""

from pathlib import Path

from django.db import migrations

_FUNCTIONS = Path(__file__).parents[1] / "sql" / "functions"
FUNCTIONS = ["tags_months", "tags_note"]


class Migration(migrations.Migration):
    dependencies = [("tags", "0001_initial")]

    operations = [
        migrations.RunSQL((_FUNCTIONS / f"{name}.sql").read_text(encoding="utf-8"), f"DROP FUNCTION {name}") for name in FUNCTIONS
    ]
