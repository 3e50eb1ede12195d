"""The posting of points (ruling 26): where lines wait while their batch is posted, and the functions that alone write the ledger.

points_staged_entry is unlogged and emptied by the transaction that filled it. Columns named like those of points_pointsentry hold what
will be written there. The caller fills the request:
verb: "earn" (makes a lot) | "spend" | "reverse" (of an entry that made a lot) | "restore" (of an entry that spent) | "capture" (of a hold).
earned_at, available_from, ends_at: of the lot to make.  policy, grace_ends_at: empty for those of the rules that held.
points_post_staged fills verdict ("new", "replay", "conflict", "closed", "short", "beyond", "ended"), entry_id, delta, balance_after,
available (where short or beyond) and also (ids of other entries that followed).
"""

from pathlib import Path

from django.db import migrations

_FUNCTIONS = Path(__file__).parents[1] / "sql" / "functions"
POSTING = [
    "points_ends_at",
    "points_available_from",
    "points_grace_ends_at",
    "points_policy_at",
    "points_request_digest",
    "points_derived_key",
    "points_named_cause",
    "points_append",
    "points_plan",
    "points_take",
    "points_make_lot",
    "points_repay",
    "points_end_freed",
    "points_end_hold",
    "points_hold_line",
    "points_end_due_holds",
    "points_reverse",
    "points_place",
    "points_restore",
    "points_post_one",
    "points_post_plain",
    "points_post_staged",
    "points_post_entries",
    "points_admit",
    "points_counts_for_levels",
    "points_command",
    "points_tell",
    "points_place_hold",
    "points_let_go",
    "points_time_out_holds",
    "points_expire_step",
]

STAGING = """
CREATE SEQUENCE points_batch;
CREATE UNLOGGED TABLE points_staged_entry (
    batch bigint NOT NULL,
    item bigint NOT NULL,
    membership_id bigint NOT NULL,
    verb text NOT NULL,
    kind text NOT NULL,
    requested bigint NOT NULL,
    source_type text NOT NULL,
    source_id text NOT NULL,
    rules_id bigint,
    rule text NOT NULL DEFAULT '',
    reverses_id bigint,
    hold_id bigint,
    earned_at timestamptz,
    available_from timestamptz,
    ends_at timestamptz,
    policy text NOT NULL DEFAULT '',
    grace_ends_at timestamptz,
    details jsonb NOT NULL DEFAULT '{}',
    note text NOT NULL DEFAULT '',
    effect_key text NOT NULL,
    actor text NOT NULL,
    occurred_at timestamptz NOT NULL,
    verdict text NOT NULL DEFAULT '',
    entry_id bigint,
    account_version bigint,
    delta bigint,
    balance_after bigint,
    available bigint,
    also bigint[],
    PRIMARY KEY (batch, membership_id, item)
) WITH (fillfactor = 45);
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_telling"), ("points", "0002_append_only")]

    operations = [
        migrations.RunSQL(STAGING, "DROP TABLE points_staged_entry; DROP SEQUENCE points_batch;"),
        *(migrations.RunSQL((_FUNCTIONS / f"{name}.sql").read_text(encoding="utf-8"), f"DROP FUNCTION {name}") for name in POSTING),
    ]
