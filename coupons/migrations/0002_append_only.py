"""Steps are only added, and a coupon changes its state along the six ways there are (CPN-02), whoever writes it."""

from django.db import migrations

from core.append_only import only_added

MOVES = """
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
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial"), ("coupons", "0001_initial")]

    operations = [only_added("coupons_couponstep"), migrations.RunSQL(MOVES, BACK)]
