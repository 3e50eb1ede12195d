"""Entries and the moves of lots are only added, and accounts and lots are dense and cheap to update (STYLE section 5)."""

from django.db import migrations

from core.append_only import only_added

DENSE = """
ALTER TABLE points_pointsaccount SET (fillfactor = 80);
ALTER TABLE points_pointslot SET (fillfactor = 85);
"""
BACK = """
ALTER TABLE points_pointslot RESET (fillfactor);
ALTER TABLE points_pointsaccount RESET (fillfactor);
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial"), ("points", "0001_initial")]

    operations = [only_added("points_pointsentry", "points_pointsmove"), migrations.RunSQL(DENSE, BACK)]
