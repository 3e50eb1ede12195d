"""The measures of a whole programme in one pass, for publishing, planning and simulation."""

from pathlib import Path

from django.db import migrations

POPULATION = (Path(__file__).parents[1] / "sql" / "functions" / "growth_population.sql").read_text(encoding="utf-8")
BACK = "DROP FUNCTION growth_population(text, integer, bigint, timestamptz);"


class Migration(migrations.Migration):
    dependencies = [("growth", "0004_levels")]

    operations = [migrations.RunSQL(POPULATION, BACK)]
