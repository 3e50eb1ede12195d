"""What the deciding of levels stands on: one definition of the measures, and where changes wait while they are written.

A staged change names what the scheme gives (automatic_to) or, for bought levels, the level itself (is_explicit). growth/levels/resolve
fills level_from, level_to, level_until and history_id from it and from the levels set by hand.
"""

from pathlib import Path

from django.db import migrations

MEASURED = (Path(__file__).parents[1] / "sql" / "functions" / "growth_measured.sql").read_text(encoding="utf-8")
STAGING = """
CREATE UNLOGGED TABLE growth_staged_change (
    batch bigint NOT NULL,
    item bigint NOT NULL,
    membership_id bigint NOT NULL,
    track text NOT NULL,
    cause text NOT NULL,
    version_id bigint,
    source text NOT NULL,
    details jsonb NOT NULL DEFAULT '{}',
    note text NOT NULL DEFAULT '',
    actor text NOT NULL,
    occurred_at timestamptz NOT NULL,
    automatic_to bigint,
    is_explicit boolean NOT NULL DEFAULT false,
    explicit_to bigint,
    explicit_until timestamptz,
    keeps_protection boolean NOT NULL DEFAULT false,
    protected_until timestamptz,
    gifts_above integer,
    gifts_up_to integer,
    history_id bigint,
    level_from bigint,
    level_to bigint,
    level_until timestamptz,
    PRIMARY KEY (batch, item)
);
"""
BACK = "DROP TABLE growth_staged_change; DROP FUNCTION growth_measured(text, integer, bigint, timestamptz);"


class Migration(migrations.Migration):
    dependencies = [("growth", "0003_staging"), ("activity", "0001_initial"), ("stores", "0001_initial")]

    operations = [migrations.RunSQL(f"{MEASURED}\n{STAGING}", BACK)]
