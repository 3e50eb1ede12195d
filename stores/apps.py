from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StoresConfig(AppConfig):
    name = "stores"
    verbose_name = _("Stores and platform")

    def ready(self) -> None:
        from core import events, jobs, outbox, scope
        from members.events import MembersRegistered, MembersUpdated
        from stores import handlers, selectors
        from stores.events import MembershipsOpened
        from stores.jobs import import_members_job

        events.subscribe(MembersRegistered, handlers.on_members_registered)
        events.subscribe(MembersUpdated, handlers.on_members_updated)
        events.subscribe(MembershipsOpened, handlers.on_memberships_opened)
        outbox.declare_topic(handlers.MEMBER_UPDATED, _("a member registered, joined or changed"))
        jobs.register("import_members", import_members_job)
        scope.set_resolver(selectors.staff_scope)
        for label, path in (
            ("members.Member", "pk"),
            ("members.Address", "member_id"),
            ("members.Child", "member_id"),
            ("members.Consent", "member_id"),
            ("members.Preference", "member_id"),
        ):
            scope.register(label, selectors.of_members(path))
        scope.register("members.Identity", selectors.identities)
        scope.register("members.MergeCase", selectors.both_reachable)
        scope.register("members.AccessLog", selectors.own_log_lines)
        scope.register("auth.User", selectors.colleagues)
        scope.register("stores.Programme", scope.by_programme("pk"))
        scope.register("stores.Store", scope.by_store("pk"))
        scope.register("stores.Membership", scope.by_programme())
        scope.register("stores.ServiceNote", scope.by_programme())
        scope.register("stores.StaffAssignment", scope.by_store())
        scope.register("stores.ApiClient", scope.by_store())
        scope.register("stores.WebhookEndpoint", scope.by_store())
        scope.register("stores.WebhookDelivery", scope.by_store("endpoint__store_id"))
        scope.register("stores.WebhookAttempt", scope.by_store("delivery__endpoint__store_id"))
        scope.register("core.Job", scope.by_store())
        scope.register("core.Notice", scope.by_programme())
        scope.register("core.OutboxMessage", scope.platform_only)
        scope.register("core.EffectSkipped", scope.by_programme())
