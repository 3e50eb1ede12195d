"""Addresses of campaigns."""

from django.urls import path

from engagement.api import views

_CAMPAIGNS = "programmes/<code:code>/campaigns"

urlpatterns = [
    path(_CAMPAIGNS, views.CampaignsView.as_view({"get": "list"})),
    path(f"{_CAMPAIGNS}/<code:campaign>", views.CampaignsView.as_view({"get": "retrieve"})),
    path(f"{_CAMPAIGNS}/<code:campaign>/results", views.CampaignsView.as_view({"get": "results"})),
]
