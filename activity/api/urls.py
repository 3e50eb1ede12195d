"""Addresses of facts."""

from django.urls import path

from activity.api import views

urlpatterns = [
    path("orders", views.OrdersView.as_view({"get": "list", "post": "create"})),
    path("orders/<code:store>/<number:order_no>", views.OrdersView.as_view({"get": "retrieve"})),
    path("after-sales", views.AfterSalesView.as_view({"get": "list", "post": "create"})),
    path("after-sales/<code:store>/<number:after_sale_no>", views.AfterSalesView.as_view({"get": "retrieve"})),
    path("events", views.EventsView.as_view({"get": "list", "post": "create"})),
    path("members/<one_id:one_id>/orders", views.MemberFactsView.as_view({"get": "orders"})),
    path("members/<one_id:one_id>/after-sales", views.MemberFactsView.as_view({"get": "after_sales"})),
    path("members/<one_id:one_id>/events", views.MemberFactsView.as_view({"get": "events"})),
    path("members/<one_id:one_id>/wallet", views.WalletView.as_view({"get": "retrieve", "put": "update"})),
]
