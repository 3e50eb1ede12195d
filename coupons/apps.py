from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CouponsConfig(AppConfig):
    name = "coupons"
    verbose_name = _("Coupons")

    def ready(self) -> None:
        from core import scope

        for label, path in (
            ("coupons.CouponTemplate", "programme_id"),
            ("coupons.Coupon", "membership__programme_id"),
            ("coupons.CouponStep", "coupon__membership__programme_id"),
            ("coupons.CouponPack", "programme_id"),
            ("coupons.PackItem", "pack__programme_id"),
            ("coupons.PackRun", "pack__programme_id"),
        ):
            scope.register(label, scope.by_programme(path))
