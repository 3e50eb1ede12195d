"""Where growth entries wait while their batch is posted (unlogged, emptied by the transaction that filled them), and the posting itself.

Columns named like those of growth_growthentry hold what will be written there. The caller fills the request; growth_post_staged fills
verdict ("new", "replay", "conflict", "closed"), entry_id, account_version, applied and balance_after.
"""

from pathlib import Path

from django.db import migrations

_FUNCTIONS = Path(__file__).parents[1] / "sql" / "functions"
POSTING = ["growth_request_digest", "growth_post_staged", "growth_post_entries"]

STAGING = """
CREATE SEQUENCE growth_batch;
CREATE UNLOGGED TABLE growth_staged_entry (
    batch bigint NOT NULL,
    item bigint NOT NULL,
    membership_id bigint NOT NULL,
    requested bigint NOT NULL,
    apply_at_most bigint,
    reason text NOT NULL,
    source_type text NOT NULL,
    source_id text NOT NULL,
    rule_id bigint,
    rfm_run_id bigint,
    reverses_id bigint,
    details jsonb NOT NULL DEFAULT '{}',
    note text NOT NULL DEFAULT '',
    effect_key text NOT NULL,
    request_digest text NOT NULL DEFAULT '',
    actor text NOT NULL,
    occurred_at timestamptz NOT NULL,
    verdict text NOT NULL DEFAULT '',
    entry_id bigint,
    account_version bigint,
    applied bigint,
    balance_after bigint,
    PRIMARY KEY (batch, membership_id, item)
) WITH (fillfactor = 45);
"""


class Migration(migrations.Migration):
    dependencies = [("growth", "0002_append_only")]

    operations = [
        migrations.RunSQL(STAGING, "DROP TABLE growth_staged_entry; DROP SEQUENCE growth_batch;"),
        *(migrations.RunSQL((_FUNCTIONS / f"{name}.sql").read_text(encoding="utf-8"), f"DROP FUNCTION {name}") for name in POSTING),
    ]
