from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TagsConfig(AppConfig):
    name = "tags"
    verbose_name = _("Tags")

    def ready(self) -> None:
        from activity.events import AfterSalesRecorded, AfterSalesSettled, BehaviourRecorded, OrdersRecorded, WalletsChanged
        from core import events, jobs, ledgers, outbox, scope
        from coupons.events import CouponsEnded, CouponsIssued, CouponsReturned, CouponsSetAside, CouponsUsed
        from growth.events import GrowthPosted, LevelsChanged
        from members.events import MembersUpdated
        from points.events import PointsPosted
        from stores.events import MembershipsOpened, ProgrammeCreated
        from tags import checks, handlers, preset_handlers, summary_handlers
        from tags.jobs import tag_members_job, trial_job
        from tags.rules import supplies
        from tags.selectors import derived
        from tags.services import files, telling, trials

        events.subscribe(ProgrammeCreated, preset_handlers.on_programme_created)
        outbox.declare_topic(telling.TOPIC, _("a member's tags changed"))
        jobs.register(files.JOB, tag_members_job)
        jobs.register(trials.JOB, trial_job)
        ledgers.add_ledger("tags", checks.disagreements)
        supplies.register(derived.SUPPLIER)
        events.subscribe(OrdersRecorded, handlers.on_orders_recorded)
        events.subscribe(AfterSalesSettled, handlers.on_after_sales_settled)
        events.subscribe(BehaviourRecorded, handlers.on_behaviour_recorded)
        events.subscribe(WalletsChanged, handlers.on_wallets_changed)
        events.subscribe(MembershipsOpened, handlers.on_memberships_opened)
        events.subscribe(MembersUpdated, handlers.on_members_updated)
        events.subscribe(LevelsChanged, handlers.on_levels_changed)
        events.subscribe(GrowthPosted, handlers.on_growth_posted)
        events.subscribe(PointsPosted, handlers.on_points_posted)
        events.subscribe(CouponsIssued, handlers.on_coupons_changed)
        events.subscribe(CouponsSetAside, handlers.on_coupons_changed)
        events.subscribe(CouponsUsed, handlers.on_coupons_changed)
        events.subscribe(CouponsReturned, handlers.on_coupons_changed)
        events.subscribe(CouponsEnded, handlers.on_coupons_changed)
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
