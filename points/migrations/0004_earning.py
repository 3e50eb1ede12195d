"""Where the effects of orders and behaviour events are reckoned before they are posted: unlogged, emptied by the same transaction.

Both hold one row for a fact and a membership it concerns. `skipped`: why the effect cannot be given just now (ruling 4); empty where it
can. The *_change columns say by how much what was given must change; of points spent, negative gives back.
"""

from pathlib import Path

from django.db import migrations

_FUNCTIONS = Path(__file__).parents[1] / "sql" / "functions"
READING = ["points_order_entries", "points_order_spends"]
STAGING = """
CREATE UNLOGGED TABLE points_staged_order (
    batch bigint NOT NULL,
    item bigint NOT NULL,
    order_id bigint NOT NULL,
    membership_id bigint NOT NULL,
    time_zone text NOT NULL,
    rules_id bigint,
    after_sale_id bigint,
    counts_until timestamptz,
    occurred_at timestamptz NOT NULL,
    earned_at timestamptz,
    is_completed boolean NOT NULL,
    entries bigint NOT NULL,
    purchase_given bigint NOT NULL,
    purchase_forgiven bigint NOT NULL,
    bonus_given bigint NOT NULL,
    bonus_forgiven bigint NOT NULL,
    multiplier jsonb,
    spends bigint NOT NULL,
    spent bigint NOT NULL,
    spent_net bigint NOT NULL,
    skipped text NOT NULL,
    purchase bigint,
    bonus bigint,
    kept_spent bigint,
    details jsonb,
    purchase_change bigint GENERATED ALWAYS AS (CASE
        WHEN purchase < purchase_given THEN purchase - purchase_given
        WHEN purchase > purchase_given + purchase_forgiven AND (entries = 0 OR counts_until IS NULL)
        THEN purchase - purchase_given - purchase_forgiven ELSE 0
    END) STORED,
    bonus_change bigint GENERATED ALWAYS AS (CASE
        WHEN bonus < bonus_given THEN bonus - bonus_given
        WHEN bonus > bonus_given + bonus_forgiven AND (entries = 0 OR counts_until IS NULL)
        THEN bonus - bonus_given - bonus_forgiven ELSE 0
    END) STORED,
    spent_change bigint GENERATED ALWAYS AS (CASE
        WHEN kept_spent < spent_net OR (kept_spent > spent_net AND counts_until IS NULL) THEN kept_spent - spent_net ELSE 0
    END) STORED,
    PRIMARY KEY (batch, item)
);
CREATE UNLOGGED TABLE points_staged_event (
    batch bigint NOT NULL,
    item bigint NOT NULL,
    event_id bigint NOT NULL,
    membership_id bigint NOT NULL,
    time_zone text NOT NULL,
    rules_id bigint,
    rule text NOT NULL,
    points bigint NOT NULL,
    daily_cap bigint,
    takes_back boolean NOT NULL,
    effect_key text NOT NULL,
    local_on date NOT NULL,
    details jsonb NOT NULL,
    occurred_at timestamptz NOT NULL,
    skipped text NOT NULL,
    PRIMARY KEY (batch, item)
);
"""


class Migration(migrations.Migration):
    dependencies = [("points", "0003_posting")]

    operations = [
        migrations.RunSQL(STAGING, "DROP TABLE points_staged_event; DROP TABLE points_staged_order;"),
        *(migrations.RunSQL((_FUNCTIONS / f"{name}.sql").read_text(encoding="utf-8"), f"DROP FUNCTION {name}") for name in READING),
    ]
