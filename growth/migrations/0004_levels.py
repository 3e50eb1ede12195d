"""What the deciding of levels stands on: one definition of the measures and of the judgement, and where changes wait to be written.

A staged change names what the scheme gives (automatic_to) or, for bought levels, the level itself (is_explicit). growth/levels/resolve
fills level_from, level_to, level_until and history_id from it and from the levels set by hand.
"""

from pathlib import Path

from django.db import migrations

FUNCTIONS = {  # and what they take, in the order in which they are made
    "growth_measured": "text, integer, bigint, timestamptz",
    "growth_is_idle": "bigint, integer, timestamptz",
    "growth_judged": "bigint, bigint, bigint, timestamptz",
}
_FOLDER = Path(__file__).parents[1] / "sql" / "functions"
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


class Migration(migrations.Migration):
    dependencies = [("growth", "0003_staging"), ("activity", "0001_initial"), ("stores", "0001_initial")]

    operations = [
        migrations.RunSQL(STAGING, "DROP TABLE growth_staged_change"),
        *(
            migrations.RunSQL((_FOLDER / f"{name}.sql").read_text(encoding="utf-8"), f"DROP FUNCTION {name}({takes})")
            for name, takes in FUNCTIONS.items()
        ),
    ]
