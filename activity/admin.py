"""Facts as they came in: orders, after-sales and balances are read here and changed where they come from."""

import tomllib
from functools import cache
from typing import Any

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from activity import mapping
from activity.enums import ImportPhase, OrderStatus
from activity.models import AfterSale, Order, WalletBalance
from core import words
from core.backoffice import menu
from core.backoffice.access import demand, scope_of
from core.backoffice.forms import posted
from core.backoffice.menu import Entry
from core.backoffice.reveal import called
from core.backoffice.scoped import ReadOnlyAdmin, ScopedRelatedFilter
from core.backoffice.site import page
from core.backoffice.uploads import Kind, declare, upload_page
from core.money import format_minor
from stores.forms import MappedUploadForm


class _FactAdmin(ReadOnlyAdmin):
    """A list of facts; a line leads to the member's page, where a fact is read in its place."""

    anchor = ""

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        fact: Any = self.get_object(request, object_id)
        member_id = self.member_id(fact) if fact is not None else None
        if member_id is None:
            raise Http404
        return HttpResponseRedirect(f"{reverse('admin:members_member_change', args=[member_id])}#{self.anchor}")

    def member_id(self, fact: Any) -> int | None:
        found: int | None = fact.member_id
        return found

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        raise Http404  # a mirror has no history of its own


class _StoreFactAdmin(_FactAdmin):
    """Facts of one store, each with its member's name as the caller's roles in that store let it be read."""

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        scope = scope_of(request)

        @admin.display(description=_("member"))
        def who(fact: Any) -> str:
            if fact.member is None:
                return ""
            return called(fact.member, scope.within([fact.store_id]))

        return [*self.list_display, who]


@admin.register(Order)
class OrderAdmin(_StoreFactAdmin):
    anchor = "orders"
    list_display = ["order_no", "store", "status", "channel", "paid", "settled", "placed_at"]
    list_filter = ["status", "channel", ("store", ScopedRelatedFilter)]
    list_select_related = ["store", "member"]
    search_fields = ["order_no__exact"]
    search_help_text = _("whole order number")
    ordering = ["-placed_at", "-id"]
    comes_from = _("Orders come from a file, or as they happen from the shop's programs by API.")
    ways_in = ["admin:import_orders", "admin:stores_apiclient_changelist"]

    @admin.display(description=_("paid"))
    def paid(self, order: Order) -> str:
        return format_minor(order.paid_minor, order.currency)

    @admin.display(description=_("settled"))
    def settled(self, order: Order) -> str:
        return format_minor(order.settled_minor, order.currency)


@admin.register(AfterSale)
class AfterSaleAdmin(_StoreFactAdmin):
    anchor = "after-sales"
    list_display = ["after_sale_no", "store", "kind", "status", "refund", "order_no", "applied_at", "settled_at"]
    list_filter = ["status", "kind", ("store", ScopedRelatedFilter)]
    list_select_related = ["store", "member"]
    search_fields = ["after_sale_no__exact", "order_no__exact"]
    search_help_text = _("whole after-sale or order number")
    ordering = ["-applied_at", "-id"]
    comes_from = _("After-sales come from the shop's programs by API.")
    ways_in = ["admin:stores_apiclient_changelist"]

    @admin.display(description=_("refund"))
    def refund(self, after_sale: AfterSale) -> str:
        return format_minor(after_sale.refund_minor, after_sale.currency)


@admin.register(WalletBalance)
class WalletBalanceAdmin(_FactAdmin):
    anchor = "assets"
    list_display = ["programme", "member_no", "balance", "recharged", "spent", "as_of"]
    list_filter: list[Any] = []
    list_select_related = ["membership__programme"]
    ordering = ["-id"]
    comes_from = _("Balances come from the wallet system by API.")
    ways_in = ["admin:stores_apiclient_changelist"]

    @admin.display(description=_("programme"))
    def programme(self, wallet: WalletBalance) -> str:
        return wallet.membership.programme.name

    @admin.display(description=_("member number"))
    def member_no(self, wallet: WalletBalance) -> str:
        return wallet.membership.member_no

    @admin.display(description=_("balance"))
    def balance(self, wallet: WalletBalance) -> str:
        return format_minor(wallet.balance_minor, wallet.currency)

    @admin.display(description=_("recharged in all"))
    def recharged(self, wallet: WalletBalance) -> str:
        return format_minor(wallet.recharge_total_minor, wallet.currency)

    @admin.display(description=_("spent in all"))
    def spent(self, wallet: WalletBalance) -> str:
        return format_minor(wallet.spent_total_minor, wallet.currency)

    def member_id(self, fact: WalletBalance) -> int | None:
        return fact.membership.member_id


class OrdersUploadForm(MappedUploadForm):
    """A store's orders, with a mapping unless the file has our own column names."""

    shift_days = forms.IntegerField(
        label=_("shift by days"), initial=0, min_value=-36_500, max_value=36_500, help_text=_("Every date of the file is moved by this.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mapping"].help_text = _("A TOML file that says which column is which; none for our own column names.")

    def read_mapping(self, text: str) -> None:
        store = self.cleaned_data.get("store")
        mapping.read(text, store_code=store.code if store else "")


@cache
def _standard() -> dict[str, Any]:
    """The mapping of a file that needs none."""
    return tomllib.loads(mapping.STANDARD.read_text(encoding="utf-8"))


def _standard_columns() -> list[str]:
    """The column names of a file that needs no mapping."""
    said = _standard()
    member = said["member"]
    return list(dict.fromkeys([member["column"], *member["profile"].values(), *said["columns"].values(), *said["attributes"].values()]))


def _needed_columns() -> list[tuple[str, str]]:
    """Those without which a file that needs no mapping is refused, each with another heading it may have."""
    said = _standard()
    names = [said["member"]["column"], *(said["columns"][name] for name in mapping.NEEDED if name not in said["constants"])]
    return [(name, said["aliases"][name][0]) for name in names]


IMPORT_ORDERS = declare(
    Kind(
        "import_orders",
        _("Import of orders"),
        "activity.order",
        phases=dict(ImportPhase.choices),
        columns=_standard_columns,
        start="admin:import_orders",
    )
)


@page("imports/orders/", name="import_orders")
def upload_orders(request: HttpRequest) -> HttpResponse:
    """A store's orders from a file (issue item 4)."""
    demand(request, IMPORT_ORDERS.subject, "import")
    return upload_page(
        request,
        kind=IMPORT_ORDERS,
        form=OrdersUploadForm(posted(request), request.FILES or None, scope=scope_of(request), subject=IMPORT_ORDERS.subject),
        explanation=gettext(
            "One line an item. Broken lines are reported with their reason and refuse their order; all others load. "
            "The same file twice changes nothing."
        ),
        needs=format_html(
            gettext("Needed columns: {columns}. Values of status: {statuses}. The template names all columns there are."),
            columns=format_html_join(words.comma(), words.with_remark("<code>{}</code>", "{}"), _needed_columns()),
            statuses=format_html_join(words.comma(), words.with_remark("<code>{}</code>", "{}"), OrderStatus.choices),
        ),
    )


menu.add(Entry("stores", _("Import orders"), "admin:import_orders", "upload_file", 50, "activity.order", "import"))
menu.add(Entry("lookup", _("All orders"), "admin:activity_order_changelist", "receipt_long", 20, "activity.order"))
menu.add(Entry("lookup", _("All after-sales"), "admin:activity_aftersale_changelist", "assignment_return", 30, "activity.aftersale"))
menu.add(Entry("assets", _("Balances"), "admin:activity_walletbalance_changelist", "account_balance_wallet", 10, "activity.walletbalance"))
