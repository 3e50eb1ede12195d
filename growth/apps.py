from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GrowthConfig(AppConfig):
    name = "growth"
    verbose_name = _("Levels and growth value")

    def ready(self) -> None:
        from activity.events import (
            AfterSalesSettled,
            BehaviourRecorded,
            OrdersAmended,
            OrdersCancelled,
            OrdersCompleted,
            OrdersRecorded,
            WalletsChanged,
        )
        from core import events, jobs, ledgers, outbox, registry, scope
        from growth import checks, effects, handlers, level_handlers, messages, preset_handlers, rfm_handlers
        from growth.events import GiftsDue, GrowthPosted
        from growth.jobs import reevaluate_scheme, simulate_scheme
        from growth.services import changes, presets, re_evaluation, replay, simulation
        from stores.events import MembershipsOpened, ProgrammeCreated

        events.subscribe(ProgrammeCreated, preset_handlers.on_programme_created)
        events.subscribe(MembershipsOpened, level_handlers.on_memberships_opened)
        events.subscribe(OrdersRecorded, level_handlers.on_orders_recorded)
        events.subscribe(WalletsChanged, level_handlers.on_wallets_changed)
        events.subscribe(GiftsDue, level_handlers.on_gifts_due)
        events.subscribe(OrdersCompleted, handlers.on_orders_completed)
        events.subscribe(OrdersAmended, handlers.on_orders_completed)
        events.subscribe(OrdersCancelled, handlers.on_orders_cancelled)
        events.subscribe(AfterSalesSettled, handlers.on_after_sales_settled)
        events.subscribe(BehaviourRecorded, handlers.on_behaviour_recorded)
        events.subscribe(GrowthPosted, handlers.on_growth_posted)
        events.subscribe(OrdersRecorded, rfm_handlers.on_orders_recorded)
        events.subscribe(AfterSalesSettled, rfm_handlers.on_after_sales_settled)
        outbox.declare_topic(changes.TOPIC, _("a member's level changed"))
        ledgers.add_ledger("growth", checks.disagreements)
        messages.declare()
        effects.declare()
        replay.register()
        jobs.register(re_evaluation.JOB, reevaluate_scheme)
        jobs.register(simulation.JOB, simulate_scheme)
        for preset in presets.PRESETS.values():
            if preset.is_complete:
                registry.add_preset(registry.Preset(preset.name, preset.label, preset.words))
        for label, path in (
            ("growth.LevelScheme", "programme_id"),
            ("growth.SchemeVersion", "scheme__programme_id"),
            ("growth.Level", "programme_id"),
            ("growth.LevelTerms", "level__programme_id"),
            ("growth.GiftItem", "terms__level__programme_id"),
            ("growth.Benefit", "programme_id"),
            ("growth.LevelBenefit", "benefit__programme_id"),
            ("growth.LevelMatch", "to_programme_id"),
            ("growth.PaidPlan", "programme_id"),
            ("growth.RuleSet", "programme_id"),
            ("growth.GrowthRule", "rule_set__programme_id"),
            ("growth.GrowthFactor", "rule_set__programme_id"),
            ("growth.PhotoPlace", "programme_id"),
            ("growth.RfmVersion", "programme_id"),
            ("growth.RfmClock", "version__programme_id"),
            ("growth.RfmRun", "programme_id"),
            ("growth.RfmSnapshot", "membership__programme_id"),
            ("growth.RfmState", "membership__programme_id"),
            ("growth.RfmStale", "membership__programme_id"),
            ("growth.LevelReview", "scheme__programme_id"),
            ("growth.GrowthAccount", "membership__programme_id"),
            ("growth.GrowthEntry", "account__membership__programme_id"),
            ("growth.MemberLevel", "membership__programme_id"),
            ("growth.LevelHistory", "membership__programme_id"),
            ("growth.LevelOverride", "membership__programme_id"),
            ("growth.Measure", "membership__programme_id"),
            ("growth.GiftGrant", "membership__programme_id"),
            ("growth.BenefitUsage", "membership__programme_id"),
            ("growth.Subscription", "membership__programme_id"),
        ):
            scope.register(label, scope.by_programme(path))
