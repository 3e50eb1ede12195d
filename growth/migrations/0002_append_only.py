"""Ledger entries and the history of levels are only added, and their accounts are dense and cheap to update (STYLE section 5).

`guanxi.ledgers_may_be_emptied` is on in the tests' sessions alone, which empty all tables between two tests.
"""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION growth_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: a mistake is answered by another row', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER growth_growthentry_append_only BEFORE UPDATE OR DELETE ON growth_growthentry
    FOR EACH ROW EXECUTE FUNCTION growth_refuse_change();
CREATE TRIGGER growth_growthentry_no_truncate BEFORE TRUNCATE ON growth_growthentry
    FOR EACH STATEMENT WHEN (current_setting('guanxi.ledgers_may_be_emptied', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION growth_refuse_change();
CREATE TRIGGER growth_levelhistory_append_only BEFORE UPDATE OR DELETE ON growth_levelhistory
    FOR EACH ROW EXECUTE FUNCTION growth_refuse_change();
CREATE TRIGGER growth_levelhistory_no_truncate BEFORE TRUNCATE ON growth_levelhistory
    FOR EACH STATEMENT WHEN (current_setting('guanxi.ledgers_may_be_emptied', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION growth_refuse_change();
ALTER TABLE growth_growthaccount SET (fillfactor = 80);
ALTER TABLE growth_memberlevel SET (fillfactor = 80);
ALTER TABLE growth_rfmstate SET (fillfactor = 60);
"""
BACK = """
ALTER TABLE growth_rfmstate RESET (fillfactor);
ALTER TABLE growth_memberlevel RESET (fillfactor);
ALTER TABLE growth_growthaccount RESET (fillfactor);
DROP TRIGGER growth_levelhistory_no_truncate ON growth_levelhistory;
DROP TRIGGER growth_levelhistory_append_only ON growth_levelhistory;
DROP TRIGGER growth_growthentry_no_truncate ON growth_growthentry;
DROP TRIGGER growth_growthentry_append_only ON growth_growthentry;
DROP FUNCTION growth_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("growth", "0001_initial")]

    operations = [migrations.RunSQL(APPEND_ONLY, BACK)]
