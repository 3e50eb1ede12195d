"""Addresses of growth."""

from django.urls import path

from growth.api import benefit_views, views

_PROGRAMME = "programmes/<code:code>"
_MEMBERSHIP = f"{_PROGRAMME}/members/<one_id:one_id>"

urlpatterns = [
    path(f"{_MEMBERSHIP}/growth", views.GrowthView.as_view({"get": "retrieve"})),
    path(f"{_MEMBERSHIP}/growth/entries", views.GrowthView.as_view({"get": "entries"})),
    path(f"{_MEMBERSHIP}/growth/entries/<key:number>/why", views.GrowthView.as_view({"get": "why"})),
    path(f"{_MEMBERSHIP}/level", views.LevelView.as_view({"get": "retrieve"})),
    path(f"{_MEMBERSHIP}/level/history", views.LevelView.as_view({"get": "history"})),
    path(f"{_MEMBERSHIP}/level/why", views.LevelView.as_view({"get": "why"})),
    path(f"{_MEMBERSHIP}/benefits", benefit_views.BenefitsView.as_view({"get": "retrieve"})),
    path(f"{_MEMBERSHIP}/benefits/early_access/check", benefit_views.BenefitsView.as_view({"get": "early_access"})),
    path(f"{_MEMBERSHIP}/benefits/<code:benefit>/usages", benefit_views.BenefitsView.as_view({"post": "use"})),
    path(f"{_PROGRAMME}/levels", views.LevelsView.as_view({"get": "list"})),
    path(f"{_PROGRAMME}/plans", benefit_views.PlansView.as_view({"get": "list"})),
    path(f"{_PROGRAMME}/subscriptions", benefit_views.SubscriptionsView.as_view({"get": "list", "post": "create"})),
]
