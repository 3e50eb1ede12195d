from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PointsConfig(AppConfig):
    name = "points"
    verbose_name = _("Points")

    def ready(self) -> None:
        from activity.events import AfterSalesSettled, BehaviourRecorded, OrdersAmended, OrdersCancelled, OrdersCompleted
        from core import events, ledgers, outbox, scope
        from points import books_handlers, checks, effects, handlers, messages, preset_handlers
        from points.events import OrdersCounted, PointsPosted
        from points.services import gifts, redemptions, replay, telling, virtual_codes
        from stores.events import ProgrammeCreated

        events.subscribe(ProgrammeCreated, preset_handlers.on_programme_created)
        events.subscribe(OrdersCompleted, handlers.on_orders_completed)
        events.subscribe(OrdersAmended, handlers.on_orders_completed)
        events.subscribe(OrdersCounted, handlers.on_orders_counted)
        events.subscribe(OrdersCancelled, handlers.on_orders_cancelled)
        events.subscribe(AfterSalesSettled, handlers.on_after_sales_settled)
        events.subscribe(BehaviourRecorded, handlers.on_behaviour_recorded)
        ledgers.add_ledger("points", checks.disagreements)
        gifts.register()
        replay.register()
        virtual_codes.register()
        events.subscribe(PointsPosted, handlers.on_points_posted)
        events.subscribe(PointsPosted, books_handlers.on_points_posted)
        outbox.declare_topic(telling.TOPIC, _("a member's points changed"))
        outbox.declare_topic(redemptions.CREATED, _("a reward was redeemed"))
        outbox.declare_topic(redemptions.CANCELLED, _("a redemption was cancelled"))
        messages.declare()
        effects.declare()
        for label, path in (
            ("points.PointsVersion", "programme_id"),
            ("points.PointsRule", "version__programme_id"),
            ("points.PointsMultiplier", "version__programme_id"),
            ("points.RedeemMinimum", "version__programme_id"),
            ("points.PointsAccount", "membership__programme_id"),
            ("points.PointsEntry", "account__membership__programme_id"),
            ("points.PointsLot", "account__membership__programme_id"),
            ("points.PointsMove", "entry__account__membership__programme_id"),
            ("points.PointsHold", "account__membership__programme_id"),
            ("points.HoldPart", "hold__account__membership__programme_id"),
            ("points.PointsAdjustment", "account__membership__programme_id"),
            ("points.LiabilityDay", "programme_id"),
            ("points.Reward", "programme_id"),
            ("points.RewardCode", "reward__programme_id"),
            ("points.Redemption", "account__membership__programme_id"),
            ("points.ExchangePair", "from_programme_id"),
            ("points.PointsExchange", "from_entry__account__membership__programme_id"),
        ):
            scope.register(label, scope.by_programme(path))
