"""The functions that issue coupons, for one member and for many the same, and that tell of them."""

from pathlib import Path

from django.db import migrations

_FUNCTIONS = Path(__file__).parents[1] / "sql" / "functions"
ISSUING = ["coupons_code", "coupons_valid_until", "coupons_issue", "coupons_tell"]


class Migration(migrations.Migration):
    dependencies = [("core", "0002_telling"), ("coupons", "0002_append_only")]

    operations = [migrations.RunSQL((_FUNCTIONS / f"{name}.sql").read_text(encoding="utf-8"), f"DROP FUNCTION {name}") for name in ISSUING]
