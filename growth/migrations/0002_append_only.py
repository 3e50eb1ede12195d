"""Ledger entries and the history of levels are only added, and their accounts are dense and cheap to update (STYLE section 5)."""

from django.db import migrations

from core.append_only import only_added

DENSE = """
ALTER TABLE growth_growthaccount SET (fillfactor = 80);
ALTER TABLE growth_memberlevel SET (fillfactor = 80);
ALTER TABLE growth_rfmstate SET (fillfactor = 60);
"""
BACK = """
ALTER TABLE growth_rfmstate RESET (fillfactor);
ALTER TABLE growth_memberlevel RESET (fillfactor);
ALTER TABLE growth_growthaccount RESET (fillfactor);
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial"), ("growth", "0001_initial")]

    operations = [only_added("growth_growthentry", "growth_levelhistory"), migrations.RunSQL(DENSE, BACK)]
