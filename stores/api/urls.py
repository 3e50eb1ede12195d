"""Addresses of members as a whole, memberships, programmes and stores."""

from django.urls import path

from stores.api import views

urlpatterns = [
    path("members", views.MembersView.as_view({"get": "list", "post": "create"})),
    path("members/<one_id:one_id>/summary", views.OneMemberView.as_view({"get": "summary"})),
    path("members/<one_id:one_id>/portrait", views.OneMemberView.as_view({"get": "portrait"})),
    path("members/<one_id:one_id>/memberships", views.OneMemberView.as_view({"get": "memberships"})),
    path("programmes", views.ProgrammesView.as_view({"get": "list"})),
    path("programmes/<code:code>/members/<one_id:one_id>", views.MembershipView.as_view({"get": "retrieve"})),
    path("stores", views.StoresView.as_view({"get": "list"})),
]
