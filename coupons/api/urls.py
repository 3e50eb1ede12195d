"""Addresses of coupons."""

from django.urls import path

from coupons.api import views

urlpatterns = [path("programmes/<code:code>/quotes", views.QuotesView.as_view({"post": "create"}))]
