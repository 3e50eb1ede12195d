from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CouponsConfig(AppConfig):
    name = "coupons"
    verbose_name = _("Coupons")

    def ready(self) -> None:
        from activity.events import AfterSalesSettled, OrdersCancelled, OrdersRecorded
        from core import events, jobs, ledgers, outbox, scope
        from coupons import checks, effects, handlers
        from coupons.events import CouponsEnded, CouponsIssued, CouponsReturned, CouponsUsed
        from coupons.services import gifts, newcomers, packs, replay, telling
        from stores.events import MembershipsOpened

        events.subscribe(MembershipsOpened, handlers.on_memberships_opened)
        events.subscribe(OrdersRecorded, handlers.on_orders_recorded)
        events.subscribe(OrdersCancelled, handlers.on_orders_cancelled)
        events.subscribe(AfterSalesSettled, handlers.on_after_sales_settled)
        events.subscribe(CouponsIssued, handlers.on_coupons_changed)
        events.subscribe(CouponsUsed, handlers.on_coupons_changed)
        events.subscribe(CouponsReturned, handlers.on_coupons_changed)
        events.subscribe(CouponsEnded, handlers.on_coupons_changed)
        ledgers.add_ledger("coupons", checks.disagreements)
        effects.declare()
        gifts.register()
        newcomers.declare()
        replay.register()
        jobs.register(packs.JOB, packs.run_referrals)
        outbox.declare_topic(telling.TOPIC, _("a coupon was issued, used, returned or ended"))
        for label, path in (
            ("coupons.CouponTemplate", "programme_id"),
            ("coupons.Coupon", "membership__programme_id"),
            ("coupons.CouponStep", "coupon__membership__programme_id"),
            ("coupons.CouponPack", "programme_id"),
            ("coupons.PackItem", "pack__programme_id"),
            ("coupons.PackRun", "pack__programme_id"),
        ):
            scope.register(label, scope.by_programme(path))
