"""Functions by which those of other apps write what leaves the house and what members are told.

core_outgoing is core.outbox.Outgoing but for the topic, core_told core.notices.NoticeIn but for the template.
"""

from pathlib import Path

from django.db import migrations

_FUNCTIONS = Path(__file__).parents[1] / "sql" / "functions"
TELLING = ["core_enqueue", "core_notify"]
TYPES = """
CREATE TYPE core_outgoing AS (ordering_key text, store_ids bigint[], payload jsonb);
CREATE TYPE core_told AS (programme_id bigint, member_id bigint, dedupe_key text, values jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.RunSQL(TYPES, "DROP TYPE core_told; DROP TYPE core_outgoing;"),
        *(migrations.RunSQL((_FUNCTIONS / f"{name}.sql").read_text(encoding="utf-8"), f"DROP FUNCTION {name}") for name in TELLING),
    ]
