"""Steps are only added, and a coupon changes its state along the six ways there are (CPN-02), whoever writes it.

`guanxi.ledgers_may_be_emptied` is on in the tests' sessions alone, which empty all tables between two tests.
"""

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION coupons_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER coupons_couponstep_append_only BEFORE UPDATE OR DELETE ON coupons_couponstep
    FOR EACH ROW EXECUTE FUNCTION coupons_refuse_change();
CREATE TRIGGER coupons_couponstep_no_truncate BEFORE TRUNCATE ON coupons_couponstep
    FOR EACH STATEMENT WHEN (current_setting('guanxi.ledgers_may_be_emptied', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION coupons_refuse_change();
CREATE FUNCTION coupons_refuse_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state, NEW.state) NOT IN (
        ('available', 'reserved'), ('available', 'expired'), ('available', 'revoked'),
        ('reserved', 'available'), ('reserved', 'used'), ('used', 'available')
    ) THEN
        RAISE EXCEPTION 'a coupon that is % does not become %', OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER coupons_coupon_moves BEFORE UPDATE OF state ON coupons_coupon
    FOR EACH ROW EXECUTE FUNCTION coupons_refuse_move();
ALTER TABLE coupons_coupon SET (fillfactor = 85);
ALTER TABLE coupons_coupontemplate SET (fillfactor = 50);
"""
BACK = """
ALTER TABLE coupons_coupontemplate RESET (fillfactor);
ALTER TABLE coupons_coupon RESET (fillfactor);
DROP TRIGGER coupons_coupon_moves ON coupons_coupon;
DROP FUNCTION coupons_refuse_move();
DROP TRIGGER coupons_couponstep_no_truncate ON coupons_couponstep;
DROP TRIGGER coupons_couponstep_append_only ON coupons_couponstep;
DROP FUNCTION coupons_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("coupons", "0001_initial")]

    operations = [migrations.RunSQL(APPEND_ONLY, BACK)]
