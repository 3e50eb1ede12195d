from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActivityConfig(AppConfig):
    name = "activity"
    verbose_name = _("Orders, after-sales and behaviour")

    def ready(self) -> None:
        from activity import handlers, tasks
        from activity.events import AfterSalesRecorded, OrdersRecorded
        from core import events, jobs, outbox, scope

        events.subscribe(OrdersRecorded, handlers.on_orders_recorded)
        events.subscribe(AfterSalesRecorded, handlers.on_after_sales_recorded)
        jobs.register("import_orders", tasks.import_orders_job)
        outbox.declare_topic("order.recorded", _("an order was placed or changed"))
        outbox.declare_topic("after_sale.recorded", _("an after-sale was opened or changed"))
        for label, path in (
            ("activity.Order", "store_id"),
            ("activity.OrderLine", "order__store_id"),
            ("activity.AfterSale", "store_id"),
            ("activity.AfterSaleLine", "after_sale__store_id"),
            ("activity.BehaviourEvent", "store_id"),
        ):
            scope.register(label, scope.by_store(path))
        scope.register("activity.BehaviourEventKey", scope.platform_only)
        scope.register("activity.WalletBalance", scope.by_programme("membership__programme_id"))
