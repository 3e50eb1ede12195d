"""Facts as they came in: orders, after-sales and balances are read here and changed where they come from."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy

from activity.models import AfterSale, Order, WalletBalance
from core.backoffice import menu
from core.backoffice.menu import Entry
from core.backoffice.scoped import ReadOnlyAdmin, ScopedRelatedFilter
from core.money import format_minor


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


@admin.register(Order)
class OrderAdmin(_FactAdmin):
    anchor = "orders"
    list_display = ["order_no", "store", "status", "channel", "paid", "settled", "placed_at", "member"]
    list_filter = ["status", "channel", ("store", ScopedRelatedFilter)]
    list_select_related = ["store", "member"]
    search_fields = ["order_no__exact"]
    search_help_text = gettext_lazy("whole order number")
    ordering = ["-placed_at", "-id"]

    @admin.display(description=gettext_lazy("paid"))
    def paid(self, order: Order) -> str:
        return format_minor(order.paid_minor, order.currency)

    @admin.display(description=gettext_lazy("settled"))
    def settled(self, order: Order) -> str:
        return format_minor(order.settled_minor, order.currency)


@admin.register(AfterSale)
class AfterSaleAdmin(_FactAdmin):
    anchor = "after-sales"
    list_display = ["after_sale_no", "store", "kind", "status", "refund", "order_no", "applied_at", "settled_at", "member"]
    list_filter = ["status", "kind", ("store", ScopedRelatedFilter)]
    list_select_related = ["store", "member"]
    search_fields = ["after_sale_no__exact", "order_no__exact"]
    search_help_text = gettext_lazy("whole after-sale or order number")
    ordering = ["-applied_at", "-id"]

    @admin.display(description=gettext_lazy("refund"))
    def refund(self, after_sale: AfterSale) -> str:
        return format_minor(after_sale.refund_minor, after_sale.currency)


@admin.register(WalletBalance)
class WalletBalanceAdmin(_FactAdmin):
    anchor = "assets"
    list_display = ["programme", "member_no", "balance", "recharged", "spent", "as_of"]
    list_filter: list[Any] = []
    list_select_related = ["membership__programme"]
    ordering = ["-id"]

    @admin.display(description=gettext_lazy("programme"))
    def programme(self, wallet: WalletBalance) -> str:
        return wallet.membership.programme.name

    @admin.display(description=gettext_lazy("member number"))
    def member_no(self, wallet: WalletBalance) -> str:
        return wallet.membership.member_no

    @admin.display(description=gettext_lazy("balance"))
    def balance(self, wallet: WalletBalance) -> str:
        return format_minor(wallet.balance_minor, wallet.currency)

    @admin.display(description=gettext_lazy("recharged in all"))
    def recharged(self, wallet: WalletBalance) -> str:
        return format_minor(wallet.recharge_total_minor, wallet.currency)

    @admin.display(description=gettext_lazy("spent in all"))
    def spent(self, wallet: WalletBalance) -> str:
        return format_minor(wallet.spent_total_minor, wallet.currency)

    def member_id(self, fact: WalletBalance) -> int | None:
        return fact.membership.member_id


menu.add(Entry("lookup", gettext_lazy("All orders"), "admin:activity_order_changelist", "receipt_long", 20, "activity.order"))
menu.add(Entry("lookup", gettext_lazy("All after-sales"), "admin:activity_aftersale_changelist", "assignment_return", 30, "activity.aftersale"))
menu.add(Entry("assets", gettext_lazy("Balances"), "admin:activity_walletbalance_changelist", "account_balance_wallet", 10, "activity.walletbalance"))
