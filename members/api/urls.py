"""Addresses of members."""

from django.urls import path

from members.api import views

urlpatterns = [
    path("members/<one_id:one_id>", views.MemberDetailView.as_view({"get": "retrieve", "patch": "partial_update"})),
    path("members/<one_id:one_id>/addresses", views.AddressesView.as_view({"get": "list", "post": "create"})),
    path("members/<one_id:one_id>/addresses/<key:address_id>", views.AddressesView.as_view({"put": "update", "delete": "destroy"})),
    path("members/<one_id:one_id>/children", views.ChildrenView.as_view({"get": "list", "post": "create"})),
    path("members/<one_id:one_id>/children/<key:child_id>", views.ChildrenView.as_view({"delete": "destroy"})),
    path("members/<one_id:one_id>/consents", views.ConsentsView.as_view({"get": "list", "post": "create"})),
    path("members/<one_id:one_id>/consents/<code:purpose>", views.ConsentsView.as_view({"delete": "destroy"})),
    path("members/<one_id:one_id>/identities", views.IdentitiesView.as_view({"get": "list", "post": "create"})),
    path("members/<one_id:one_id>/identities/<key:identity_id>", views.IdentitiesView.as_view({"delete": "destroy"})),
    path("members/<one_id:one_id>/preferences", views.PreferencesView.as_view({"get": "retrieve", "put": "update"})),
    path("members/<one_id:one_id>/timeline", views.TimelineView.as_view({"get": "list"})),
    path("identities/resolve", views.ResolveView.as_view({"post": "resolve"})),
    path("regions", views.RegionsView.as_view({"get": "list"})),
]
