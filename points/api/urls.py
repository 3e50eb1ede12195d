"""Addresses of points."""

from django.urls import path

from points.api import mall_views, moving_views, views

_PROGRAMME = "programmes/<code:code>"
_POINTS = f"{_PROGRAMME}/members/<one_id:one_id>/points"

urlpatterns = [
    path(_POINTS, views.BalanceView.as_view({"get": "retrieve"})),
    path(f"{_POINTS}/as-of", views.BalanceView.as_view({"get": "as_of"})),
    path(f"{_POINTS}/forecast", views.BalanceView.as_view({"get": "forecast"})),
    path(f"{_POINTS}/entries", views.EntriesView.as_view({"get": "list"})),
    path(f"{_POINTS}/entries/<key:number>/why", views.EntriesView.as_view({"get": "why"})),
    path(f"{_POINTS}/entries/<key:number>/reversals", moving_views.MovesView.as_view({"post": "reverse"})),
    path(f"{_POINTS}/lots", views.LotsView.as_view({"get": "list"})),
    path(f"{_POINTS}/credits", moving_views.MovesView.as_view({"post": "credit"})),
    path(f"{_POINTS}/debits", moving_views.MovesView.as_view({"post": "debit"})),
    path(f"{_POINTS}/holds", moving_views.HoldsView.as_view({"get": "list", "post": "create"})),
    path(f"{_POINTS}/holds/<key:hold_id>", moving_views.HoldsView.as_view({"get": "retrieve"})),
    path(f"{_POINTS}/holds/<key:hold_id>/capture", moving_views.HoldsView.as_view({"post": "capture"})),
    path(f"{_POINTS}/holds/<key:hold_id>/release", moving_views.HoldsView.as_view({"post": "release"})),
    path(f"{_PROGRAMME}/points/rules", mall_views.RulesView.as_view({"get": "retrieve"})),
    path(f"{_PROGRAMME}/points/dry-run", mall_views.OrderCheckView.as_view({"post": "check"})),
    path(f"{_PROGRAMME}/points/orders/<code:store>/<number:order_no>", mall_views.OrderCheckView.as_view({"get": "retrieve"})),
    path(f"{_PROGRAMME}/rewards", mall_views.RewardsView.as_view({"get": "list"})),
    path(f"{_PROGRAMME}/redemptions", mall_views.RedemptionsView.as_view({"get": "list", "post": "create"})),
    path(f"{_PROGRAMME}/redemptions/<key:redemption_id>", mall_views.RedemptionsView.as_view({"get": "retrieve"})),
    path(f"{_PROGRAMME}/redemptions/<key:redemption_id>/cancel", mall_views.RedemptionsView.as_view({"post": "cancel"})),
    path("points/exchanges", mall_views.ExchangesView.as_view({"get": "list", "post": "create"})),
    path("points/exchanges/<key:exchange_id>", mall_views.ExchangesView.as_view({"get": "retrieve"})),
]
