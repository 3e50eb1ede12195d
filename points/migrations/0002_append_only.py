"""Entries and the moves of lots are only added, and accounts and lots are dense and cheap to update (STYLE section 5).

`guanxi.ledgers_may_be_emptied` is on in the tests' sessions alone, which empty all tables between two tests.
"""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION points_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: a mistake is answered by another row', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER points_pointsentry_append_only BEFORE UPDATE OR DELETE ON points_pointsentry
    FOR EACH ROW EXECUTE FUNCTION points_refuse_change();
CREATE TRIGGER points_pointsentry_no_truncate BEFORE TRUNCATE ON points_pointsentry
    FOR EACH STATEMENT WHEN (current_setting('guanxi.ledgers_may_be_emptied', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION points_refuse_change();
CREATE TRIGGER points_pointsmove_append_only BEFORE UPDATE OR DELETE ON points_pointsmove
    FOR EACH ROW EXECUTE FUNCTION points_refuse_change();
CREATE TRIGGER points_pointsmove_no_truncate BEFORE TRUNCATE ON points_pointsmove
    FOR EACH STATEMENT WHEN (current_setting('guanxi.ledgers_may_be_emptied', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION points_refuse_change();
ALTER TABLE points_pointsaccount SET (fillfactor = 80);
ALTER TABLE points_pointslot SET (fillfactor = 85);
"""
BACK = """
ALTER TABLE points_pointslot RESET (fillfactor);
ALTER TABLE points_pointsaccount RESET (fillfactor);
DROP TRIGGER points_pointsmove_no_truncate ON points_pointsmove;
DROP TRIGGER points_pointsmove_append_only ON points_pointsmove;
DROP TRIGGER points_pointsentry_no_truncate ON points_pointsentry;
DROP TRIGGER points_pointsentry_append_only ON points_pointsentry;
DROP FUNCTION points_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("points", "0001_initial")]

    operations = [migrations.RunSQL(APPEND_ONLY, BACK)]
