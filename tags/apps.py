from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TagsConfig(AppConfig):
    name = "tags"
    verbose_name = _("Tags")

    def ready(self) -> None:
        from activity.events import AfterSalesRecorded, AfterSalesSettled, BehaviourRecorded, OrdersRecorded
        from core import events, scope
        from tags import summary_handlers
        from tags.rules import supplies
        from tags.selectors import derived

        supplies.register(derived.SUPPLIER)
        events.subscribe(OrdersRecorded, summary_handlers.on_orders_recorded)
        events.subscribe(AfterSalesRecorded, summary_handlers.on_after_sales_recorded)
        events.subscribe(AfterSalesSettled, summary_handlers.on_after_sales_settled)
        events.subscribe(BehaviourRecorded, summary_handlers.on_behaviour_recorded)
        for label, path in (
            ("tags.Tag", "programme_id"),
            ("tags.TagVersion", "tag__programme_id"),
            ("tags.MemberTag", "membership__programme_id"),
            ("tags.TagExclusion", "membership__programme_id"),
            ("tags.TagRun", "programme_id"),
            ("tags.Segment", "programme_id"),
            ("tags.MemberFact", "programme_id"),
            ("tags.FactStale", "membership__programme_id"),
            ("tags.FactClock", "programme_id"),
            ("tags.WatchedFigure", "programme_id"),
            ("tags.MemberDay", "membership__programme_id"),
            ("tags.DayStale", "store__programme_id"),
            ("tags.DaySource", "store__programme_id"),
            ("tags.MemberSeries", "membership__programme_id"),
        ):
            scope.register(label, scope.by_programme(path))
