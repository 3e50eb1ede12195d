"""Admin classes that show and change only what the caller may reach (design section 3, reliability.md rule 8, R10).

Every queryset - lists, pages, history, autocompletes, actions, choices of foreign keys, filters - goes through core.scope.narrow;
every permission through core.permissions. A model no app has registered raises instead of showing.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from django.contrib.admin import RelatedFieldListFilter, SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.core.checks import CheckMessage, Error
from django.core.exceptions import BadRequest, FieldDoesNotExist
from django.db.models import ForeignKey, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.text import capfirst
from unfold.admin import ModelAdmin
from unfold.paginator import InfinitePaginator

from core import clock, permissions, scope
from core.backoffice import menu
from core.backoffice.access import scope_of
from core.enums import Channel
from core.history import because
from core.registry import Text

if TYPE_CHECKING:
    from django.contrib.admin.options import BaseModelAdmin
    from django_stubs_ext import StrOrPromise

    _Base = BaseModelAdmin[Any]
else:
    _Base = object  # mixed into the theme's classes, which are BaseModelAdmins already


class ScopedRelatedFilter(RelatedFieldListFilter):
    """A filter over a foreign key that offers only rows within the caller's scope."""

    def has_output(self) -> bool:
        """Always: Django would drop the filter of a person with one store, and the filter's value with it."""
        return True

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> "list[tuple[str, StrOrPromise]]":
        rows = scope.narrow(field.remote_field.model._default_manager.all(), scope_of(request))
        return [(row.pk, str(row)) for row in rows.order_by(*(self.field_admin_ordering(field, request, model_admin) or ["pk"]))]


class _Scoped(_Base):
    """Rows and permissions of one model, for one caller."""

    def subject(self) -> str:
        return str(self.model._meta.label_lower)

    def allowed(self, request: HttpRequest, verb: str, obj: Model | None = None) -> bool:
        """Whether the caller's roles allow the verb; for a row, only roles held in its stores or on the platform count."""
        held = scope_of(request)
        if obj is not None:
            stores = self.stores_of(obj)
            held = held if stores is None else held.within(stores)
        return permissions.allowed(self.subject(), verb, held)

    def stores_of(self, obj: Model) -> Iterable[int] | None:
        """The stores a row belongs to: () for the platform's own rows, None for rows that belong to no store at all."""
        if not hasattr(obj, "store_id"):
            return None
        return () if obj.store_id is None else (obj.store_id,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return scope.narrow(super().get_queryset(request), permissions.held(self.subject(), "view", scope_of(request)))

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.allowed(request, "view", obj)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.allowed(request, "add")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.allowed(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.allowed(request, "delete", obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.allowed(request, "view")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = self._choices(db_field, request, kwargs.get("queryset"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["queryset"] = self._choices(db_field, request, kwargs.get("queryset"))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def _choices(self, db_field: Any, request: HttpRequest, given: QuerySet[Any] | None) -> QuerySet[Any]:
        """Rows the caller may put here: those of stores where a role of theirs lets them write this model."""
        rows = given if given is not None else db_field.remote_field.model._default_manager.all()
        return scope.narrow(rows, permissions.held(self.subject(), "change", scope_of(request)))


class ScopedAdmin(_Scoped, ModelAdmin):
    """The base of every admin class of ours.

    comes_from: what an empty list says of where its lines come from.  ways_in: lines of the menu that lead there.
    """

    comes_from: Text = ""
    ways_in: Sequence[str] = ()
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    list_filter_submit = True
    list_fullwidth = True
    warn_unsaved_form = True
    show_facets = 0
    actions: Sequence[Callable[..., Any] | str] | None = []

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The heading names what is listed, as the menu does. What no database can look for is refused before it is asked."""
        if any("\x00" in value for _name, values in request.GET.lists() for value in values):
            raise BadRequest
        named = menu.title_at(request.path) or capfirst(str(self.opts.verbose_name_plural))
        titled = {"title": named, **(extra_context or {})}
        response: HttpResponse = super().changelist_view(request, titled)
        return response

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With `ways_in`, for unfold/helpers/empty_results.html: a part of the page that is given nothing else."""
        listed: ChangeList = super().get_changelist_instance(request)
        vars(listed)["ways_in"] = menu.ways(self.ways_in, scope_of(request))
        return listed

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what the list's own filters ask: a lookup over relations would answer questions about rows nobody may see."""
        offered = [entry[0] if isinstance(entry, (list, tuple)) else entry for entry in self.get_list_filter(request)]
        names = [name for name in offered if isinstance(name, str)] + ([self.date_hierarchy] if self.date_hierarchy else [])
        own = {each.parameter_name for each in offered if isinstance(each, type) and issubclass(each, SimpleListFilter)}
        return lookup in own or any(
            lookup == name or (lookup.startswith(f"{name}__") and _only_a_comparison(lookup[len(name) + 2 :], self.model, name))
            for name in names
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        with because(actor=scope_of(request).actor, at=clock.now(), channel=Channel.ADMIN):
            super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        with because(actor=scope_of(request).actor, at=clock.now(), channel=Channel.ADMIN):
            super().delete_model(request, obj)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> NoReturn:
        """Foreign and missing rows answer alike."""
        raise Http404


class ReadOnlyAdmin(ScopedAdmin):
    """For facts and logs: read here, never written here. Lists do not count their rows, which may be millions."""

    paginator = InfinitePaginator

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def _only_a_comparison(rest: str, model: type[Model], name: str) -> bool:
    """Whether what follows a filter's own name compares its value ("gte", "exact", "id__exact") and walks on to no other table."""
    comparisons = {"exact", "gte", "gt", "lte", "lt", "isnull", "in", "date", "year", "month", "day"}
    parts = rest.split("__")
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    if isinstance(field, ForeignKey) and parts[0] == field.target_field.name:
        parts = parts[1:] or ["exact"]
    return all(part in comparisons for part in parts)


def check_narrowed(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Every admin class stands on a model that some app has said how to narrow, and offers only narrowed filters (rule 8)."""
    from core.backoffice.site import registered

    found: list[CheckMessage] = []
    for model, model_admin in registered().items():
        if not scope.is_registered(model):
            found.append(
                Error(f"{model._meta.label} is shown in the admin, but no app has registered how it is narrowed.", id="guanxi.E101")
            )
        for entry in model_admin.list_filter:
            if isinstance(entry, str) and _is_relation(model, entry):
                found.append(Error(f"{model._meta.label}: the filter {entry!r} must be a ScopedRelatedFilter.", id="guanxi.E102"))
    return found


def _is_relation(model: type[Model], name: str) -> bool:
    try:
        return bool(model._meta.get_field(name.split("__")[0]).is_relation)
    except FieldDoesNotExist:
        return False
