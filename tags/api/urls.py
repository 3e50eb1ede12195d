"""Addresses of tags and segments."""

from django.urls import path

from tags.api import views

_PROGRAMME = "programmes/<code:code>"
_TAGS = f"{_PROGRAMME}/members/<one_id:one_id>/tags"

urlpatterns = [
    path(f"{_PROGRAMME}/tags", views.TagsView.as_view({"get": "list"})),
    path(f"{_PROGRAMME}/segments", views.SegmentsView.as_view({"get": "list"})),
    path(f"{_PROGRAMME}/segments/<code:segment>", views.SegmentsView.as_view({"get": "retrieve"})),
    path(f"{_PROGRAMME}/segments/<code:segment>/members", views.SegmentsView.as_view({"get": "members"})),
    path(_TAGS, views.MemberTagsView.as_view({"get": "list"})),
    path(f"{_PROGRAMME}/members/<one_id:one_id>/tag-history", views.MemberTagsView.as_view({"get": "history"})),
    path(f"{_TAGS}/<code:tag>", views.MemberTagsView.as_view({"put": "update", "delete": "destroy"})),
    path(f"{_TAGS}/<code:tag>/why", views.MemberTagsView.as_view({"get": "why"})),
]
