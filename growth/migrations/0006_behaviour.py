"""Where the effects of orders and behaviour events are reckoned before they are posted: unlogged, emptied by the same transaction.

Both hold one row for a fact and a membership it concerns. `wave`: rows of a later wave see the levels that the earlier ones brought
(ruling 5). `skipped`: why the effect cannot be given just now (ruling 4); empty where it can.
"""

from pathlib import Path

from django.db import migrations

_FUNCTIONS = Path(__file__).parents[1] / "sql" / "functions"
READING = ["growth_order_entries", "growth_free_level"]
STAGING = """
CREATE UNLOGGED TABLE growth_staged_order (
    batch bigint NOT NULL,
    item bigint NOT NULL,
    order_id bigint NOT NULL,
    membership_id bigint NOT NULL,
    rule_id bigint NOT NULL,
    after_sale_id bigint,
    counts_until timestamptz,
    occurred_at timestamptz NOT NULL,
    entries bigint NOT NULL,
    before bigint NOT NULL,
    level_code text,
    skipped text NOT NULL,
    wave bigint NOT NULL,
    effect bigint,
    details jsonb,
    PRIMARY KEY (batch, item)
);
CREATE UNLOGGED TABLE growth_staged_event (
    batch bigint NOT NULL,
    item bigint NOT NULL,
    event_id bigint NOT NULL,
    membership_id bigint NOT NULL,
    programme_id bigint NOT NULL,
    reason text NOT NULL,
    rule_id bigint,
    effect_key text NOT NULL,
    local_on date NOT NULL,
    spu text NOT NULL,
    details jsonb NOT NULL,
    occurred_at timestamptz NOT NULL,
    skipped text NOT NULL,
    wave bigint NOT NULL,
    is_earned boolean NOT NULL DEFAULT false,
    PRIMARY KEY (batch, item)
);
"""


class Migration(migrations.Migration):
    dependencies = [("growth", "0005_population")]

    operations = [
        migrations.RunSQL(STAGING, "DROP TABLE growth_staged_event; DROP TABLE growth_staged_order;"),
        *(migrations.RunSQL((_FUNCTIONS / f"{name}.sql").read_text(encoding="utf-8"), f"DROP FUNCTION {name}") for name in READING),
    ]
