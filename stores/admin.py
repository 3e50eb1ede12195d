"""Stores and platform: programmes, stores, staff and their roles, API clients, webhooks and what came of them, service notes."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_POST
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from core import clock, permissions, registry
from core import scope as scopes
from core.backoffice import menu
from core.backoffice.access import demand, scope_of, user_id_of
from core.backoffice.forms import add_refusal, form_page, posted
from core.backoffice.menu import Entry
from core.backoffice.reveal import called
from core.backoffice.scoped import ReadOnlyAdmin, ScopedAdmin, ScopedRelatedFilter
from core.backoffice.site import page
from core.backoffice.uploads import Kind, declare, upload_page
from core.errors import DomainError
from core.registry import Text
from core.scope import Scope
from members import selectors as members_selectors
from stores import member_files, selectors, services
from stores.enums import DeliveryState, MemberImportPhase
from stores.forms import ClientForm, EndpointForm, MemberUploadForm, NewEndpointForm, NewStoreForm, NoteForm, ScopesField, StoreForm
from stores.models import (
    ApiClient,
    Programme,
    ServiceNote,
    StaffAssignment,
    Store,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from stores.webhooks import rules as webhook_rules
from stores.webhooks import services as webhooks

User = get_user_model()


@admin.register(Programme)
class ProgrammeAdmin(ScopedAdmin):
    list_display = ["code", "name", "kind", "currency", "time_zone"]
    list_filter = ["kind"]
    fields = ["code", "name", "kind", "currency", "time_zone", "growth_on", "points_on", "coupons_on", "tags_on"]
    ordering = ["code"]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        """What was counted in a currency or zone stays so."""
        return ["code", "kind", "currency"] if obj else []

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A new programme begins with the usual levels and rules (STO-09)."""
        if not change:
            made = services.create_programme(
                code=obj.code,
                name=obj.name,
                kind=obj.kind,
                currency=obj.currency,
                time_zone=obj.time_zone,
                actor=scope_of(request).actor,
                at=clock.now(),
            )
            obj.pk, obj._state.adding = made.pk, False
        super().save_model(request, obj, form, change)

    def stores_of(self, obj: Model) -> Iterable[int] | None:
        """A programme is shared: who may not act in all of its stores acts in none of them here."""
        assert isinstance(obj, Programme)
        return list(obj.stores.values_list("pk", flat=True))

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        if obj is None:
            return self.allowed(request, "change")
        stores = self.stores_of(obj) or ()
        held = permissions.held("stores.programme", "change", scope_of(request))
        return held.platform or (bool(stores) and set(stores) <= held.store_ids)


@admin.register(Store)
class StoreAdmin(ScopedAdmin):
    form = StoreForm
    list_display = ["code", "name", "kind", "programme", "platform", "is_active"]
    list_filter = ["kind", "is_active", ("programme", ScopedRelatedFilter)]
    list_select_related = ["programme"]
    ordering = ["code"]
    readonly_fields = ["code", "programme"]
    fields = [
        "code", "programme", "name", "kind", "platform", "business_model", "time_zone", "order_url_template", "after_sale_url_template",
        "foreign_currency", "foreign_rate", "require_track", "is_active",
    ]  # fmt: skip

    def stores_of(self, obj: Model) -> Iterable[int] | None:
        return (obj.pk,)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> HttpResponse:
        demand(request, "stores.store", "add")
        form = NewStoreForm(posted(request), scope=scope_of(request))
        return form_page(
            request,
            title=_("Add a store"),
            form=form,
            act=lambda values: services.create_store(**form.values(), actor=scope_of(request).actor, at=clock.now()),
            done=_("The store is there."),
            back=reverse("admin:stores_store_changelist"),
            submit=_("Save"),
        )


@admin.register(StaffAssignment)
class StaffAssignmentAdmin(ScopedAdmin):
    list_display = ["user", "role", "store", "valid_from", "valid_until"]
    list_filter = ["role", ("store", ScopedRelatedFilter)]
    list_select_related = ["user", "store"]
    fields = ["user", "store", "role", "valid_from", "valid_until"]
    ordering = ["user__username", "id"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, str | list[str]]:
        """From now on, unless somebody says otherwise."""
        return {"valid_from": clock.now(), **super().get_changeform_initial_data(request)}

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "store" and field is not None:
            platform = permissions.held("stores.staffassignment", "change", scope_of(request)).platform
            field.required = not platform  # without a store it is a role on the platform, which only the platform gives
            field.help_text = _("Empty: a role on the platform, which sees every store.") if platform else ""
        return field


@admin.register(User)
class StaffUserAdmin(ScopedAdmin, UserAdmin):  # type: ignore[type-arg, misc]
    """People who log in. What they may do is said by their roles; superusers are made by command only."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "last_name", "first_name", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["username"]
    filter_horizontal = ()
    ordering = ["username"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (gettext_lazy("Person"), {"fields": ["last_name", "first_name", "email"]}),
        (gettext_lazy("Access"), {"fields": ["is_active", "is_staff"]}),
    ]
    add_fieldsets = [(None, {"fields": ["username", "password1", "password2", "is_staff"]})]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, str | list[str]]:
        """Whoever is added here is to log in here."""
        return {"is_staff": "on", **super().get_changeform_initial_data(request)}

    def response_add(self, request: HttpRequest, obj: Model, post_url_continue: str | None = None) -> HttpResponse:
        """A login alone sees nothing: the next step is its role, a click away."""
        for words, address in menu.ways(["admin:stores_staffassignment_changelist"], scope_of(request)):
            said = format_html('{} <a href="{}add/?user={}">{}</a>', _("Now give them a role:"), address, obj.pk, words)
            messages.info(request, said)
        return super().response_add(request, obj, post_url_continue)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Who could set a superuser's password would be one."""
        if obj is not None and obj.is_superuser and not request.user.is_superuser:  # type: ignore[attr-defined]
            return False
        return super().has_change_permission(request, obj)


def _secret_page(request: HttpRequest, title: Text, explanation: Text, secrets: list[tuple[Text, str]], back: str) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": title, "explanation": explanation, "secrets": secrets, "back": back}
    return TemplateResponse(request, "backoffice/secret.html", context)


@admin.register(ApiClient)
class ApiClientAdmin(ScopedAdmin):
    """Programs that speak for a store. The secret is shown when the client is made, and never again (API-02)."""

    list_display = ["its_name", "store", "client_id", "requests_per_minute", "is_active"]
    list_filter = ["is_active", ("store", ScopedRelatedFilter)]
    list_select_related = ["store"]
    ordering = ["name", "id"]
    comes_from = gettext_lazy("A program of the shop, of a till or of the wallet gets its id and secret here.")
    fields = ["name", "store", "client_id", "scopes", "requests_per_minute", "is_active"]
    readonly_fields = ["store", "client_id"]

    @admin.display(description=pgettext_lazy("of a thing", "name"), ordering="name")
    def its_name(self, client: ApiClient) -> str:
        return str(client.name)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "scopes":
            return ScopesField()
        if db_field.name == "name":
            kwargs["label"] = pgettext("of a thing", "name")  # the library's word is a person's
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> HttpResponse:
        demand(request, "stores.apiclient", "add")
        form = ClientForm(posted(request), scope=scope_of(request))
        back = reverse("admin:stores_apiclient_changelist")
        if request.method == "POST" and form.is_valid():
            values = form.cleaned_data
            try:
                made = services.create_api_client(
                    store_id=values["store"].pk if values["store"] else None,
                    name=values["name"],
                    scopes=values["scopes"],
                    requests_per_minute=values["requests_per_minute"],
                )
            except DomainError as refusal:
                add_refusal(form, refusal)
            else:
                self.log_addition(request, ApiClient.objects.get(pk=made.client_pk), _("Added."))
                return _secret_page(
                    request,
                    _("The API client is there"),
                    values["name"],
                    [("client_id", made.client_id), ("client_secret", made.client_secret)],
                    back,
                )
        return form_page(request, title=_("Add an API client"), form=form, act=_nothing, done="", back=back, submit=_("Save"))


def _nothing(values: dict[str, Any]) -> None:
    raise AssertionError("the caller has acted already")


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ScopedAdmin):
    """Where facts go. The secret is shown when the webhook is made, and never again."""

    list_display = ["url", "store", "is_active", "failing_since", "resting_until", "failures_in_row"]
    list_filter = ["is_active", ("store", ScopedRelatedFilter)]
    list_select_related = ["store"]
    ordering = ["id"]
    comes_from = gettext_lazy("A webhook tells a program of yours what happens here, as it happens.")

    def get_urls(self) -> list[URLPattern]:
        test = path("<int:endpoint_id>/test/", self.admin_site.admin_view(send_test), name="stores_webhookendpoint_test")
        return [test, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> HttpResponse:
        demand(request, "stores.webhookendpoint", "add")
        form = NewEndpointForm(posted(request), scope=scope_of(request))
        back = reverse("admin:stores_webhookendpoint_changelist")
        if request.method == "POST" and form.is_valid():
            values = form.cleaned_data
            try:
                made = webhooks.create_endpoint(
                    store_id=values["store"].pk if values["store"] else None,
                    url=values["url"],
                    topics=values["topics"],
                    actor=scope_of(request).actor,
                    at=clock.now(),
                )
            except DomainError as refusal:
                add_refusal(form, refusal)
            else:
                return _secret_page(request, _("The webhook is there"), values["url"], [(_("secret"), made.secret)], back)
        return form_page(request, title=_("Add a webhook"), form=form, act=_nothing, done="", back=back, submit=_("Save"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        endpoint = self.get_object(request, object_id)
        if endpoint is None:
            raise Http404
        if not self.has_view_permission(request, endpoint):
            raise PermissionDenied
        may_change = self.has_change_permission(request, endpoint)
        if request.method == "POST" and not may_change:
            raise PermissionDenied
        form = EndpointForm(posted(request), initial={"url": endpoint.url, "topics": endpoint.topics, "is_active": endpoint.is_active})
        if request.method == "POST" and form.is_valid():
            try:
                webhooks.update_endpoint(endpoint_id=endpoint.pk, **form.cleaned_data, actor=scope_of(request).actor, at=clock.now())
            except DomainError as refusal:
                add_refusal(form, refusal)
            else:
                messages.success(request, _("The webhook has been changed."))
                return HttpResponseRedirect(request.path)
        return TemplateResponse(
            request,
            "stores/webhook.html",
            {
                **admin.site.each_context(request),
                "title": endpoint.url,
                "form": form,
                "endpoint": endpoint,
                "may_change": may_change,
                "back": reverse("admin:stores_webhookendpoint_changelist"),
                "deliveries": WebhookDelivery.objects.filter(endpoint=endpoint).select_related("message").order_by("-id")[:20],
            },
            status=400 if form.errors else 200,
        )


@require_POST
def send_test(request: HttpRequest, endpoint_id: int) -> HttpResponse:
    """Queue a test message for one address."""
    endpoint = _reachable(WebhookEndpoint, endpoint_id, request)
    if not permissions.allowed(
        "stores.webhookendpoint", "change", scope_of(request).within([endpoint.store_id] if endpoint.store_id else ())
    ):
        raise PermissionDenied
    return _say(
        request,
        lambda: webhooks.send_test_message(endpoint_id=endpoint.pk, actor=scope_of(request).actor, at=clock.now()),
        _("A test message is on its way."),
        reverse("admin:stores_webhookendpoint_change", args=[endpoint.pk]),
    )


def _reachable(model: type[Any], pk: int, request: HttpRequest) -> Any:
    found = scopes.narrow(model._default_manager.filter(pk=pk), scope_of(request)).first()
    if found is None:
        raise Http404
    return found


def _say(request: HttpRequest, act: Any, done: str, back: str) -> HttpResponse:
    """Act, and say on the page one goes back to what came of it."""
    try:
        act()
    except DomainError as refusal:
        messages.error(request, str(refusal.detail))
    else:
        messages.success(request, done)
    return HttpResponseRedirect(back)


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    """The delivery log: what was sent where, what came back, and once more if asked (OMN-05)."""

    list_display = ["id", "endpoint", "topic", "state", "attempts", "queued_at", "next_try", "delivered_at"]
    list_filter = ["state", ("endpoint", ScopedRelatedFilter)]
    list_select_related = ["endpoint", "message"]
    ordering = ["-id"]
    comes_from = gettext_lazy("What is delivered to webhooks stands here.")
    ways_in = ["admin:stores_webhookendpoint_changelist"]

    @admin.display(description=gettext_lazy("next attempt"), ordering="next_attempt_at")
    def next_try(self, delivery: WebhookDelivery) -> datetime | None:
        return delivery.next_attempt_at if delivery.state == DeliveryState.WAITING else None

    @admin.display(description=gettext_lazy("topic"))
    def topic(self, delivery: WebhookDelivery) -> str:
        return delivery.message.topic

    def stores_of(self, obj: Model) -> Iterable[int] | None:
        assert isinstance(obj, WebhookDelivery)
        return () if obj.endpoint.store_id is None else (obj.endpoint.store_id,)

    def get_urls(self) -> list[URLPattern]:
        again = path("<int:delivery_id>/resend/", self.admin_site.admin_view(resend), name="stores_webhookdelivery_resend")
        return [again, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        delivery = self.get_object(request, object_id)
        if delivery is None:
            raise Http404
        if not self.has_view_permission(request, delivery):
            raise PermissionDenied
        message = delivery.message
        return TemplateResponse(
            request,
            "stores/delivery.html",
            {
                **admin.site.each_context(request),
                "title": _("Delivery %(number)s") % {"number": delivery.pk},
                "delivery": delivery,
                "webhook_id": webhook_rules.message_id(message.pk),
                "body": webhook_rules.body(topic=message.topic, occurred_at=message.occurred_at, payload=message.payload).decode(),
                "attempts": WebhookAttempt.objects.filter(delivery=delivery).order_by("-at", "-id")[:50],
                "may_resend": self.allowed(request, "resend", delivery) and delivery.state != "waiting",
            },
        )


@require_POST
def resend(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Put a message into the queue once more."""
    delivery = _reachable(WebhookDelivery, delivery_id, request)
    store_id = delivery.endpoint.store_id
    if not permissions.allowed("stores.webhookdelivery", "resend", scope_of(request).within([store_id] if store_id else ())):
        raise PermissionDenied
    return _say(
        request,
        lambda: webhooks.resend_delivery(delivery_id=delivery.pk, actor=scope_of(request).actor, at=clock.now()),
        _("The message is sent again."),
        reverse("admin:stores_webhookdelivery_change", args=[delivery.pk]),
    )


@admin.register(ServiceNote)
class ServiceNoteAdmin(ReadOnlyAdmin):
    """What was written down, over all members; new ones are written on the member's page."""

    list_display = ["created_at", "programme", "author", "member", "body"]
    list_display_links = None
    list_filter = [("programme", ScopedRelatedFilter)]
    list_select_related = ["programme", "author", "member"]
    ordering = ["-created_at", "-id"]
    comes_from = gettext_lazy("Notes are written on the page of a member.")
    ways_in = ["admin:lookup"]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        note = self.get_object(request, object_id)
        if note is None:
            raise Http404
        return HttpResponseRedirect(f"{reverse('admin:members_member_change', args=[note.member_id])}#notes")


@page("members/member/<int:member_id>/notes/", name="members_member_note")
def add_note(request: HttpRequest, member_id: int) -> HttpResponse:
    """Write something down about a member, for the stores of one programme."""
    demand(request, "members.member", "view")
    member = members_selectors.within(scope_of(request)).filter(pk=member_id).first()
    if member is None:
        raise Http404
    scope: Scope = scope_of(request).within(registry.stores_of([member.pk])[member.pk])
    if not permissions.allowed("stores.servicenote", "add", scope):
        raise PermissionDenied
    return form_page(
        request,
        title=_("Add a note"),
        whose=called(member, scope),
        form=NoteForm(posted(request), memberships=selectors.memberships_of(member.pk, scope)),
        act=lambda values: services.add_service_note(
            member_id=member.pk, programme_id=int(values["programme"]), body=values["body"], author_id=user_id_of(request), at=clock.now()
        ),
        done=_("The note has been added."),
        back=f"{reverse('admin:members_member_change', args=[member.pk])}#notes",
        submit=_("Save"),
    )


IMPORT_MEMBERS = declare(
    Kind(
        "import_members",
        gettext_lazy("Import of members"),
        "members.member",
        phases=dict(MemberImportPhase.choices),
        columns=lambda: list(member_files.ALIASES),
        start="admin:import_members",
    )
)


@page("imports/members/", name="import_members")
def upload_members(request: HttpRequest) -> HttpResponse:
    """A store's list of members (OP-8)."""
    demand(request, IMPORT_MEMBERS.subject, "import")
    return upload_page(
        request,
        kind=IMPORT_MEMBERS,
        form=MemberUploadForm(posted(request), request.FILES or None, scope=scope_of(request), subject=IMPORT_MEMBERS.subject),
        explanation=_(
            "People known by a verified phone or unionid are linked, others are made; weaker matches become cases for a person to decide."
        ),
    )


menu.add(Entry("stores", gettext_lazy("Stores"), "admin:stores_store_changelist", "storefront", 10, "stores.store"))
menu.add(Entry("stores", gettext_lazy("Programmes"), "admin:stores_programme_changelist", "loyalty", 20, "stores.programme"))
menu.add(
    Entry("stores", gettext_lazy("Staff roles"), "admin:stores_staffassignment_changelist", "assignment_ind", 30, "stores.staffassignment")
)
menu.add(Entry("stores", gettext_lazy("Import members"), "admin:import_members", "upload_file", 40, "members.member", "import"))
menu.add(Entry("stores", gettext_lazy("API clients"), "admin:stores_apiclient_changelist", "key", 60, "stores.apiclient"))
menu.add(Entry("stores", gettext_lazy("Webhooks"), "admin:stores_webhookendpoint_changelist", "webhook", 70, "stores.webhookendpoint"))
menu.add(Entry("stores", gettext_lazy("Delivery log"), "admin:stores_webhookdelivery_changelist", "outbox", 80, "stores.webhookdelivery"))
menu.add(Entry("profiles", gettext_lazy("Service notes"), "admin:stores_servicenote_changelist", "sticky_note_2", 30, "stores.servicenote"))
menu.add(Entry("system", gettext_lazy("Logins of staff"), "admin:auth_user_changelist", "manage_accounts", 10, "auth.user"))
